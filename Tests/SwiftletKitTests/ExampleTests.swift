import Foundation
import Quantities
import Reports
import Search
import SwiftletKit
import Testing

/// The library as its documentation shows it.
@Suite("The library's example")
struct ExampleTests {
    @Test("Search, choose a model under a limit, export it, read the answer as JSON")
    func wholeWay() async throws {
        let folder = try TemporaryFolder()
        let job = try folder.write(SmallJob.text, to: "job.yaml")
        let database = "\(folder.path)/results/db.sqlite"
        let ending = try await search(SearchRequest(job: job, threads: 2, database: database))
        #expect(ending.isFeasible)

        let review = try Review(database: database)
        let choice = try review.selection(
            of: "small", for: "raspberry-pi-4",
            SelectRequest(limits: [.init(.latency, 50)], confidence: 0.9, preference: .knee))
        let candidate = try #require(choice.candidate)
        #expect(try #require(candidate.costs.latencyP90) <= 50)

        let bundle = try review.export(
            ExportRequest(job: choice.job, candidate: candidate.id, output: "\(folder.path)/bundle"))
        #expect(bundle.files.contains("model.tflite"))
        #expect(try ModelCommands.verify(bundle.output).isGood)

        let read = try JSONDecoder().decode(SelectionAnswer.self, from: Data(choice.json.utf8))
        #expect(read == choice)
    }
}
