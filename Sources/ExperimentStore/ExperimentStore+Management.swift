import Archives
import Foundation
import GRDB

extension ExperimentStore {
    /// Gives a job another name.
    ///
    /// Its files follow. A rename that was interrupted can be repeated.
    public func rename(_ name: String, to new: String) throws {
        guard JobPlan.isValid(new) else { throw StoreError.invalidJobName(new) }
        let job = try job(named: name)
        guard try !jobNames().contains(new) else { throw StoreError.jobExists(new) }
        try JobFolder(path: job.folder).refuseOthersFiles(of: name, besides: job.artefacts())
        let lock = try JobLock(job: name, folder: job.folder)
        defer { withExtendedLifetime(lock) {} }
        // A rename that stopped between folder and row left the folder there already.
        let isMoved = try isFolderOfRename(from: job.folder, to: folder(of: new))
        if !isMoved {
            guard !FileManager.default.fileExists(atPath: folder(of: new)) else {
                throw StoreError.exists(path: folder(of: new))
            }
            try FileManager.default.moveItem(atPath: job.folder, toPath: folder(of: new))
        }
        try write {
            try $0.execute(sql: "UPDATE job SET name = ? WHERE id = ?", arguments: [new, job.id])
        }
    }

    /// Whether only the new folder holds files; the lock has just made the old one.
    private func isFolderOfRename(from old: String, to new: String) throws -> Bool {
        guard FileManager.default.fileExists(atPath: new) else { return false }
        guard try FileManager.default.contentsOfDirectory(atPath: old) == ["lock"] else { return false }
        try FileManager.default.removeItem(atPath: old)
        return true
    }

    /// A second job with everything that the first one is and found; its next search may have another guide, once.
    public func copy(_ name: String, to new: String) throws {
        guard JobPlan.isValid(new) else { throw StoreError.invalidJobName(new) }
        let job = try job(named: name)
        guard try !jobNames().contains(new) else { throw StoreError.jobExists(new) }
        let contents = try JobContents(of: job)
        try JobFolder(path: folder(of: new)).refuseOthersFiles(ofNew: new)
        let lock = try JobLock(job: new, folder: folder(of: new))
        defer { withExtendedLifetime(lock) {} }
        // Files first: rows never name a file that is not there.
        for artefact in try job.artefacts() {
            try DurableFile.write(job.contents(of: artefact), to: "\(folder(of: new))/\(artefact.path)")
        }
        try write { database in
            try contents.add(to: database, as: new)
            try database.execute(sql: "UPDATE job SET is_open = 1 WHERE name = ?", arguments: [new])
        }
    }

    /// Removes a job with everything that it found, and its files; other files in its folder stay.
    public func delete(_ name: String) throws {
        let job = try job(named: name)
        let artefacts = try job.artefacts()
        let lock = try JobLock(job: name, folder: job.folder)
        defer { withExtendedLifetime(lock) {} }
        try write { try $0.execute(sql: "DELETE FROM job WHERE id = ?", arguments: [job.id]) }
        try JobFolder(path: job.folder).remove(artefacts)
    }
}
