import Archives
import Bundles
import Candidates
import Foundation
import ModelGraph
import Quantities
import Search
import Training

extension Graph {
    /// Everything that lasts of a finished network: the packed model, how its inputs are made, samples with its answers, and
    /// what it predicted for the test part.
    func files(on data: PreparedData, tested: Predictions) throws -> [CandidateFile] {
        let threshold = tested.threshold
        return [
            CandidateFile(.testPredictions, try tested.archive),
            CandidateFile(.vectors, try TestVectors(of: self, on: data).bytes),
            CandidateFile(
                .preprocessing,
                try Preprocessing(
                    data.dataset, normalization: data.normalization, task: data.task.goal.task.rawValue,
                    output: data.task.output(threshold: threshold)
                ).json),
            CandidateFile(.model, encoded()),
        ]
    }
}

extension TrainingCurve {
    /// The curve as a file; epochs without a finite loss are left out, which JSON cannot write.
    var file: CandidateFile {
        get throws {
            var curve = self
            for index in curve.stages.indices { curve.stages[index].epochs.removeAll { !$0.loss.isFinite } }
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return CandidateFile(.trainingCurve, Array(try encoder.encode(curve)))
        }
    }
}

extension TaskRules {
    /// What is to be done with outputs to get the prediction; nil where they are logits.
    func output(threshold: Float?) -> OutputRule? {
        switch self {
        case .classification: nil
        case .regression(let offset, let scale, _): OutputRule(offset: offset, scale: scale)
        case .anomaly: OutputRule(threshold: threshold)
        }
    }
}

extension Predictions {
    /// What was predicted and what is true of each sample as an npz archive.
    fileprivate var archive: [UInt8] {
        get throws {
            let (predicted, truth) = numbers
            return try NPZ.bytes(
                of: [("predicted", predicted), ("truth", truth)].map { name, numbers in
                    (name: name, array: NumberArray([numbers.count], .float32(numbers)))
                })
        }
    }
}
