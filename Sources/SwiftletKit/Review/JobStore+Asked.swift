import Determinism
import ExperimentStore
import Jobs

extension JobStore {
    /// What the job asks for, as key path and value: the resolved file where what it names is still there, else its guide.
    func askedKeys() throws -> [String: String] {
        guard let job = try? JobSource(of: self).resolved() else { return try guide().keys }
        return Dictionary(job.overview.leaves.map { ($0.path, $0.text) }) { first, _ in first }
    }
}
