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
        #expect(
            received.finding.files.map(\.kind) == [
                .testPredictions, .vectors, .preprocessing, .model, .trainingCurve,
            ])
    }

    @Test("A second training of a finalist is another one, the same each time")
    func secondSeed() throws {
        let worker = CandidateWorker(job, training)
        let point = job.space.smallest
        let first = try worker.result(of: worker.order(for: point, at: .final)).finding.outcome.quality
        let second = try worker.second(point)
        #expect(second.outcome.quality?.sampleResults != first?.sampleResults)
        #expect(second.outcome.quality?.testAccuracy == nil)
        let again = try CandidateWorker(JobText.resolved(), training).second(point)
        #expect(second.outcome == again.outcome && second.accuracyKey == again.accuracyKey)
        #expect(second.accuracyKey != worker.accuracyKey(of: point, at: .final))
    }

    @Test("An order of a job that inherits names its ancestors, and has the same result elsewhere")
    func inherited() throws {
        let text = JobText.small.replacing(
            "{epochs: 1, batch: 64}", with: "{mode: inheritance, epochs: 1, batch: 64}")
        let job = try JobText.resolved(text)
        #expect(job.weights == .inherited && job.searchFidelity == .inherited)
        let first = CandidateWorker(job, training)
        let history = try [job.space.smallest, job.space.largest].enumerated().map { place, point in
            let key = first.accuracyKey(of: point, at: .inherited)
            let quality = Quality(accuracy: 0.5)
            return try Trial(
                Evaluation(
                    proposal: place, candidate: job.space.id(of: point),
                    architecture: job.space.architecture(of: point),
                    compression: job.space.compression(of: point), fidelity: .inherited, accuracyKey: key,
                    outcome: .evaluated(quality), scores: []), in: job.space)
        }
        let here = first.after(history)
        let child = try #require(job.space.neighbours(of: job.space.smallest).first)
        let order = here.order(for: child, at: .inherited)
        #expect(order.ancestors.map(\.architecture) == [job.space.architecture(of: job.space.smallest)])
        let sent = try JSONDecoder().decode(type(of: order), from: JSONEncoder().encode(order))
        #expect(try first.result(of: sent) == here.result(of: order))
        #expect(first.accuracyKey(of: child, at: .inherited) != here.accuracyKey(of: child, at: .inherited))
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
