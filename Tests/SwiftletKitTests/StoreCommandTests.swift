import Foundation
import Reports
import SwiftletKit
import Testing

@Suite("Reports, differences, merged databases")
struct StoreCommandTests {
    private let folder: TemporaryFolder
    private var database: String { SmallJob.database(in: folder) }

    init() async throws {
        folder = try TemporaryFolder()
        try await SmallJob.run(in: folder)
    }

    @Test("A report shows every device and is not overwritten unasked")
    func report() throws {
        let review = try SmallJob.review(folder)
        let page = "\(folder.path)/report.html"
        _ = try review.report(on: "small", output: page)
        let text = try String(contentsOfFile: page, encoding: .utf8)
        for device in ["host-cpu", "raspberry-pi-4", "stm32h743"] {
            #expect(text.contains("<h2>\(device)</h2>"))
        }
        // A picture of each front, and the search's course on the two devices that guide it.
        #expect(text.components(separatedBy: "<svg").count - 1 == 5)
        #expect(throws: KitError.exists(path: page)) { try review.report(on: "small", output: page) }
        _ = try review.report(on: "small", output: page, replacing: true)
    }

    @Test("A job compared with itself is as good as itself, and nothing of its front is dominated")
    func sameJob() throws {
        let rows = try SmallJob.review(folder).difference(between: "small", and: "small").devices
        #expect(rows.count == 3)
        for row in rows {
            #expect(row.hypervolumeA == row.hypervolumeB)
            #expect(row.undominatedA == row.frontA)
            #expect(row.undominatedB == row.frontB)
        }
        #expect(throws: (any Error).self) {
            try SmallJob.review(folder).difference(between: "small", and: "small", on: "no-device")
        }
    }

    @Test("A merged database answers and exports as the one that it came from; merging twice changes nothing")
    func merged() throws {
        let other = "\(folder.path)/elsewhere/all.sqlite"
        _ = try merge(database, into: other)
        _ = try merge(database, into: other)
        let (own, taken) = (try SmallJob.review(folder), try Review(database: other))
        #expect(try own.history(of: "small") == taken.history(of: "small"))
        let models = try FileManager.default.subpathsOfDirectory(atPath: "\(folder.path)/elsewhere/small")
        #expect(models.contains { $0.hasSuffix(".swiftlet") })
        #expect(try checkDatabase(other).isIntact)
    }

    @Test("A device that the job did not name gets a front; one that it named keeps its own")
    func rescored() throws {
        func front(_ device: String) throws -> String {
            try SmallJob.review(folder).front(of: "small", on: device, includesAll: true).text(as: .csv)
        }
        let before = try front("stm32h743")
        let added = try rescore(job: "small", on: "raspberry-pi-5", database: database)
        #expect(!added.candidates.isEmpty)
        _ = try rescore(job: "small", on: "stm32h743", database: database)
        #expect(try front("stm32h743") == before)
        #expect(throws: (any Error).self) {
            try rescore(job: "small", on: "host-cpu", database: database)
        }
    }

    @Test("A backup is written once")
    func backup() throws {
        let copy = "\(folder.path)/copy.sqlite"
        _ = try backUp(database, to: copy)
        #expect(try checkDatabase(copy).jobs == 1)
        #expect(throws: (any Error).self) { try backUp(database, to: copy) }
    }
}
