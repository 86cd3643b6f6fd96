import Archives
import Bundles
import Candidates
import ModelGraph
import Search

extension Graph {
    /// Everything that lasts of a finished network: the packed model, how its inputs are made, samples with its answers, and
    /// what it predicted for the test part.
    func files(on data: PreparedData, tested: Predictions) throws -> [CandidateFile] {
        [
            CandidateFile(.testPredictions, try tested.archive),
            CandidateFile(.vectors, try TestVectors(of: self, on: data).bytes),
            CandidateFile(
                .preprocessing,
                try Preprocessing(data.dataset, normalization: data.normalization).json),
            CandidateFile(.model, encoded()),
        ]
    }
}

extension Predictions {
    /// Predicted and true class of each sample as an npz archive.
    fileprivate var archive: [UInt8] {
        get throws {
            try NPZ.bytes(
                of: [("predicted", predicted), ("truth", truth)].map { name, classes in
                    (name: name, array: NumberArray([classes.count], .int32(classes.map(Int32.init))))
                })
        }
    }
}
