import Evidence
import XCTest

@testable import Campaign

/// Which trials share a guest: a rule that knows nothing of the machine.
final class GuestGroupsTests: XCTestCase {
    private func requests(_ count: Int, _ isolation: Script.Isolation) -> [Plan.Request] {
        (0..<count).map { index in
            Plan.Request(
                trial: TrialID(
                    behaviour: "\(isolation).n\(index)",
                    parameters: Parameters(userTimeoutMilliseconds: 1000)),
                script: Script(
                    family: .ipv4, link: .veth, isolation: isolation, proof: "", lanes: []))
        }
    }

    func testGuestsShareTheTrialsEvenly() {
        let trials = requests(257, .namespace)

        let groups = GuestPerformer.groups(trials)

        XCTAssertEqual(groups.map(\.count), [65, 64, 64, 64])
        XCTAssertEqual(Set(groups.joined()), Set(trials))
        XCTAssertEqual(GuestPerformer.groups(requests(128, .namespace)).map(\.count), [64, 64])
        XCTAssertEqual(GuestPerformer.groups(requests(32, .namespace)).map(\.count), [32])
        XCTAssertEqual(GuestPerformer.groups([]), [])
    }

    func testWhatIsGlobalToAKernelMeetsNoOtherTrial() {
        let alone = requests(2, .kernel)

        let groups = GuestPerformer.groups([alone[0]] + requests(3, .namespace) + [alone[1]])

        XCTAssertEqual(groups.map(\.count), [3, 1, 1])
        XCTAssertEqual(Array(groups[1...].joined()), alone)
    }

    func testAnAlteredStimulusCountsNotTheScriptThatIsToldOf() {
        var request = requests(1, .namespace)[0]
        request.performInstead = requests(1, .kernel)[0].script

        XCTAssertEqual(
            GuestPerformer.groups([request] + requests(1, .namespace)).map(\.count), [1, 1])
    }
}
