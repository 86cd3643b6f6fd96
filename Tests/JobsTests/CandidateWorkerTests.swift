import Candidates
import Foundation
import Jobs
import Quantities
import Search
import SearchSpaces
import Testing

@Suite("Evaluations as units of work")
struct CandidateWorkerTests {
    private let job: ResolvedJob
    private let training: TrainingWork

    init() throws {
        job = try JobText.resolved()
        guard case .training(let training) = try job.work(data: nil) else {
            throw JobError("the small job trains")
        }
        self.training = training
    }

    @Test("An order that travelled as JSON has the result that it has here, to the last bit of its model")
    func elsewhere() throws {
        let here = CandidateWorker(job, training)
        let order = here.order(for: job.space.smallest, at: .final)
        let sent = try JSONDecoder().decode(type(of: order), from: JSONEncoder().encode(order))
        let there = try CandidateWorker(JobText.resolved(), training).result(of: sent)
        let received = try JSONDecoder().decode(EvaluationResult.self, from: JSONEncoder().encode(there))
        #expect(try received == here.result(of: order))
        #expect(received.finding.files.map(\.kind) == [.testPredictions, .vectors, .preprocessing, .model])
    }

    @Test("What is wrong with a candidate is its outcome")
    func failure() throws {
        let text = JobText.small.replacing("recipe: [plain]", with: "recipe: [distill(missing.onnx)]")
        let job = try JobText.resolved(text)
        let worker = CandidateWorker(job, training)
        let result = try worker.result(of: worker.order(for: job.space.smallest, at: .trained))
        guard case .failed(let reason) = result.finding.outcome else {
            Issue.record("there is no such teacher")
            return
        }
        #expect(reason.contains("there is no teacher of this name"))
    }

    @Test("The end of a candidate has a key of its own")
    func keys() {
        let worker = CandidateWorker(job, training)
        let point = job.space.smallest
        #expect(worker.accuracyKey(of: point, at: .final) != worker.accuracyKey(of: point, at: .trained))
    }
}
