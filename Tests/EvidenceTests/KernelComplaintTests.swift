import Evidence
import XCTest

final class KernelComplaintTests: XCTestCase {
    func testTheStampSaysWhen() {
        func nanoseconds(_ line: String) -> Int64? {
            KernelComplaint(guest: 1, line: line).nanoseconds
        }

        XCTAssertEqual(nanoseconds("[   12.000345] WARNING: CPU: 0"), 12_000_345_000)
        XCTAssertEqual(nanoseconds("[12345.678901] BUG: "), 12_345_678_901_000)
        XCTAssertNil(nanoseconds("WARNING: CPU: 0"))
        XCTAssertNil(nanoseconds("[    T1] WARNING"))
        XCTAssertNil(nanoseconds("[99999999999999999999.000000] WARNING"))
        XCTAssertNil(nanoseconds("[ -1.000000] WARNING"))
    }
}
