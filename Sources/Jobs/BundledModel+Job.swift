package import Bundles
import Candidates
import Datasets
package import ExperimentStore
import Foundation
import Quantities
package import Search
import SearchSpaces

extension BundledModel {
    /// What was kept of a finished candidate.
    package init(_ file: ModelFile) throws {
        let preprocessing = try file.job.contents(of: .preprocessing, ofCandidate: file.candidate)
        self.init(
            graph: try file.read(),
            preprocessing: try JSONDecoder().decode(Preprocessing.self, from: Data(preprocessing)),
            vectors: try file.job.contents(of: .vectors, ofCandidate: file.candidate))
    }

    /// Trains a candidate as the search trained it, with the same weights.
    package init(
        _ evaluation: Evaluation, of store: JobStore, trainedBy job: ResolvedJob, on folder: String?,
        database: String
    ) throws {
        let work = try job.withKeptWeights(job.work(data: folder, database: database), of: store)
        guard case .training(let training) = work else {
            throw JobError("job '\(job.name)' looks its candidates up in a table; it has no models")
        }
        let data = training.data
        let graph = try job.network(of: evaluation, in: store, training)
        self.init(
            graph: graph,
            preprocessing: try Preprocessing(
                data.dataset, normalization: data.normalization, task: data.task.goal.task.rawValue,
                output: data.task.output(
                    threshold: Judge(data: data).predictions(of: graph, on: data.split.validation).threshold)),
            vectors: try TestVectors(of: graph, on: data).bytes)
    }
}
