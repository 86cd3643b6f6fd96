import Foundation
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
        _ = try review.report(job: "small", output: page, replaces: false)
        let text = try String(contentsOfFile: page, encoding: .utf8)
        for device in ["host-cpu", "raspberry-pi-4", "stm32h743"] {
            #expect(text.contains("<h2>\(device)</h2>"))
        }
        // A picture of each front, and the search's course on the two devices that guide it.
        #expect(text.components(separatedBy: "<svg").count - 1 == 5)
        #expect(throws: CommandError.self) { try review.report(job: "small", output: page, replaces: false) }
        _ = try review.report(job: "small", output: page, replaces: true)
    }

    @Test("A job compared with itself is as good as itself, and nothing of its front is dominated")
    func sameJob() throws {
        let rows = try SmallJob.review(folder).diff("small", "small", device: nil, fidelity: nil).rows
        #expect(rows.count == 3)
        for row in rows {
            #expect(row["hypervolume_a"] == row["hypervolume_b"])
            #expect(row["undominated_a"] == row["front_a"])
            #expect(row["undominated_b"] == row["front_b"])
        }
        #expect(throws: (any Error).self) {
            try SmallJob.review(folder).diff("small", "small", device: "no-device", fidelity: nil)
        }
    }

    @Test("A merged database answers and exports as the one that it came from; merging twice changes nothing")
    func merged() throws {
        let other = "\(folder.path)/elsewhere/all.sqlite"
        _ = try merge(database, into: other)
        _ = try merge(database, into: other)
        let (own, taken) = (try SmallJob.review(folder), try Review(database: other))
        #expect(try own.history(job: "small").text(as: .csv) == taken.history(job: "small").text(as: .csv))
        let models = try FileManager.default.subpathsOfDirectory(atPath: "\(folder.path)/elsewhere/small")
        #expect(models.contains { $0.hasSuffix(".swiftlet") })
        #expect(try checkDatabase(other).rows.first?["is_intact"] == .flag(true))
    }

    @Test("A device that the job did not name gets a front; one that it named keeps its own")
    func rescored() throws {
        func front(_ device: String) throws -> String {
            try SmallJob.review(folder).front(
                job: "small", device: device, fidelity: nil, includesAll: true, plots: false
            ).text(as: .csv)
        }
        let before = try front("stm32h743")
        let added = try rescore(job: "small", device: "raspberry-pi-5", data: nil, database: database)
        #expect(!added.rows.isEmpty)
        _ = try rescore(job: "small", device: "stm32h743", data: nil, database: database)
        #expect(try front("stm32h743") == before)
        #expect(throws: (any Error).self) {
            try rescore(job: "small", device: "host-cpu", data: nil, database: database)
        }
    }

    @Test("A backup is written once")
    func backup() throws {
        let copy = "\(folder.path)/copy.sqlite"
        _ = try backUp(database, to: copy, replacing: false)
        #expect(try checkDatabase(copy).rows.first?["jobs"] == .integer(1))
        #expect(throws: (any Error).self) { try backUp(database, to: copy, replacing: false) }
    }
}
