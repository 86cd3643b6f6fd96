import Archives
import Candidates
package import ExperimentStore
package import ModelGraph
package import Search
import SearchSpaces

/// The trained networks of a job's candidates, which others inherit: one file each in the job's folder.
///
/// A file that is lost is made again, bit for bit.
struct InheritedNetworkFolder: NetworkShelf {
    private static let name = "networks"
    private let folder: String

    init(of job: JobStore) { folder = job.folder }

    private func file(_ key: String) -> String { "\(InheritedNetworkFolder.name)/\(key).network" }

    func network(_ key: String) throws -> Graph? {
        guard let bytes = try InputFile.bytes(of: file(key), below: folder) else { return nil }
        do {
            return try Graph(decoding: bytes, file: "\(folder)/\(file(key))")
        } catch {
            throw JobError("\(error); remove it to train it again")
        }
    }

    func keep(_ network: Graph, _ key: String) throws {
        let path = "\(folder)/\(file(key))"
        do {
            try DurableFile.write(network.encoded(), to: path)
        } catch {
            throw JobError("\(path): cannot be written: \(error)")
        }
    }
}

extension ResolvedJob {
    /// A candidate's network, built anew as the search built it.
    package func network(
        of evaluation: Evaluation, in store: JobStore, _ training: TrainingWork
    ) throws -> Graph {
        let genotype = try space.genotype(
            architecture: evaluation.architecture, compression: evaluation.compression)
        guard let networks = inheritedNetworks(training) else {
            return try builder(training, searchSettings).build(genotype)
        }
        var lineage = Lineage(space, batchSize: search.batch)
        lineage.add(try trials(of: store))
        return try builder(training, searchSettings, inheriting: networks).build(
            genotype, after: lineage.ancestors(of: genotype))
    }

    /// The job's trials in the order of their proposals; none where no candidate inherits from them.
    func trials(of store: JobStore) throws -> [Trial] {
        guard weights == .inherited else { return [] }
        return try store.proposedEvaluations().map { try Trial($0, in: space) }
    }
}
