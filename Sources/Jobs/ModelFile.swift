import Archives
package import Candidates
package import ExperimentStore
import Foundation
package import ModelGraph
import Search

/// The packed model of a finished candidate, in its job's folder.
package struct ModelFile {
    package let job: JobStore
    package let candidate: String

    package init(job: JobStore, candidate: String) {
        self.job = job
        self.candidate = candidate
    }

    package func read() throws -> Graph {
        try Graph(
            decoding: job.contents(of: .model, ofCandidate: candidate),
            file: job.place(of: .model, ofCandidate: candidate))
    }

    /// How the model was trained.
    package func readTrainingCurve() throws -> TrainingCurve {
        let path = job.place(of: .trainingCurve, ofCandidate: candidate)
        let bytes = try job.contents(of: .trainingCurve, ofCandidate: candidate)
        do {
            return try JSONDecoder().decode(TrainingCurve.self, from: Data(bytes))
        } catch {
            throw JobError("\(path): is no training curve: \(error)")
        }
    }

    /// What the model predicted for each test sample, and what was true.
    package func readPredictions() throws -> (predicted: [Float], truth: [Float]) {
        let path = job.place(of: .testPredictions, ofCandidate: candidate)
        let arrays = try NPZ.parse(job.contents(of: .testPredictions, ofCandidate: candidate), file: path)
        func numbers(_ name: String) throws -> [Float] {
            guard let entry = arrays.first(where: { $0.name == name }) else {
                throw JobError("\(path): has no array '\(name)'")
            }
            return entry.array.floats
        }
        return (try numbers("predicted"), try numbers("truth"))
    }
}
