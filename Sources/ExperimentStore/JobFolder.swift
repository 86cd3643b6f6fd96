import Foundation

/// The folder beside the database in which a job keeps its files.
///
/// It may be a folder of the user's that happens to have the job's name: nothing else in it is ever touched.
struct JobFolder {
    let path: String

    /// What jobs keep there; what a merge brought may lie elsewhere.
    private static let ownNames: Set<String> = [
        "lock", "models", "networks", "super-network.state", "job.json",
    ]

    private var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }

    /// Files that jobs keep, and what a write of one that was cut off left.
    private func isOwn(_ name: String) -> Bool {
        JobFolder.ownNames.contains(name)
            || name.hasSuffix(".tmp") && JobFolder.ownNames.contains { name.hasPrefix("\($0).") }
    }

    /// Throws `StoreError.folderIsTaken` where a job that is not known yet would share the folder with others' files: what looks
    /// like a job's counts only where a job's lock lies beside it.
    func refuseOthersFiles(ofNew job: String) throws {
        try refuseOthersFiles(of: job)
        if let other = names.first(where: { !$0.hasPrefix(".") }), !names.contains("lock") {
            throw StoreError.folderIsTaken(path: path, job: job, by: other)
        }
    }

    /// Throws `StoreError.folderIsTaken` where something lies there that is no job's; hidden files do not count.
    func refuseOthersFiles(of job: String, besides artefacts: [Artefact] = []) throws {
        let kept = Set(artefacts.compactMap(\.topName))
        guard let other = names.first(where: { !isOwn($0) && !kept.contains($0) && !$0.hasPrefix(".") })
        else {
            return
        }
        throw StoreError.folderIsTaken(path: path, job: job, by: other)
    }

    /// Removes what a job keeps there, the lock last, and the folder where nothing is left.
    func remove(_ artefacts: [Artefact]) throws {
        let kept = Set(artefacts.compactMap(\.topName))
        let files = FileManager.default
        for name in names where name != "lock" && (isOwn(name) || kept.contains(name)) {
            try files.removeItem(atPath: "\(path)/\(name)")
        }
        try files.removeItem(atPath: "\(path)/lock")
        if names.isEmpty { try files.removeItem(atPath: path) }
    }
}

extension Artefact {
    /// What holds it in the job's folder.
    fileprivate var topName: String? { path.split(separator: "/").first.map(String.init) }
}
