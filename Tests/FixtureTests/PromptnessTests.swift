import Behaviours
import Evidence
import Judge
import KernelTimers
import XCTest

/// On a machine whose processors are wanted by others the testbed itself may be late: that says
/// nothing about the kernel.
final class PromptnessTests: XCTestCase {
    /// A stored observation as if of real time.
    private func observation(_ behaviour: Behaviour, _ values: String) throws -> Observation {
        var observation = try Fixtures.observation(behaviour, values)
        observation.time = .real
        return observation
    }

    func testAPromptTestbedIsNotToBlame() throws {
        let prompt = try observation(.blackholeEstablished, "T=3000 ipv4 veth")

        XCTAssertFalse(Judge.isDisturbed(prompt))
        XCTAssertEqual(Judge.judge(prompt, as: .blackholeEstablished).verdict, .conforms)
    }

    func testAStepThatBeginsLateMakesADeviationInconclusive() throws {
        var late = try observation(.blackholeEstablished, "T=3000 ipv4 veth")
        late.counters.after["TcpExt.TCPTimeouts", default: 0] += 1
        XCTAssertEqual(Judge.judge(late, as: .blackholeEstablished).verdict, .deviates)
        let proof = try XCTUnwrap(late.step(late.script.proof)?.end)
        let step = try XCTUnwrap(late.steps.firstIndex { $0.begin > proof })
        late.steps[step].begin = late.steps[step].begin + .milliseconds(150)
        late.steps[step].end = max(late.steps[step].end, late.steps[step].begin)

        XCTAssertTrue(Judge.isDisturbed(late))
        guard case .inconclusive(let cause) = Judge.judge(late, as: .blackholeEstablished).verdict
        else { return XCTFail("the kernel is blamed") }
        XCTAssertTrue(cause.contains("too late"), cause)
        // In virtual time nobody else wants the processor.
        late.time = .virtual
        XCTAssertFalse(Judge.isDisturbed(late))
    }

    func testAScriptedPeerThatAnswersLateMakesADeviationInconclusive() throws {
        let behaviour = Behaviour.zeroWindowByHand
        let prompt = try observation(behaviour, "T=3000 ipv4 veth")
        XCTAssertFalse(Judge.isDisturbed(prompt))

        // Its last answers never come.
        var silent = prompt
        silent.removeLastAnswers()
        XCTAssertTrue(Judge.isDisturbed(silent))
    }

    /// What a control alters is not in the observation: the testbed was not late by that.
    func testAControlIsMeasuredByWhatWasPerformed() throws {
        var silent = try observation(.zeroWindowByHand, "T=3000 ipv4 veth")
        silent.removeLastAnswers()
        let script = silent.script.changing(.peer) { steps in
            steps.map { step in
                guard case .respond = step.action else { return step }
                var step = step
                step.action = .respond(nil)
                return step
            }
        }

        XCTAssertFalse(Judge.isDisturbed(silent, performed: script))
    }
}

extension Observation {
    /// Takes the last three packets of the peer out: its hardware address ends in 02.
    fileprivate mutating func removeLastAnswers() {
        for capture in captures.indices {
            let packets = captures[capture].packets
            let answers = packets.indices.filter { packets[$0].bytes[11] == 2 }
            for index in answers.suffix(3).reversed() {
                captures[capture].packets.remove(at: index)
            }
        }
    }
}
