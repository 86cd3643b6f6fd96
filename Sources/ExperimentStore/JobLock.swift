import Archives
import Foundation

/// Says that this process runs a job; released when it is let go, or when the process dies, however it dies.
public final class JobLock: Sendable {
    private let descriptor: Int32

    /// Throws `StoreError.jobIsRunning` where another process holds the lock.
    init(job: String, folder: String) throws {
        let path = folder + "/lock"
        do {
            try DurableFile.makeFolder(folder)
        } catch {
            throw StoreError.readOnly(path: folder)
        }
        descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw StoreError.readOnly(path: path) }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            throw StoreError.jobIsRunning(job)
        }
    }

    deinit { close(descriptor) }

    /// Whether some process holds the lock; false where the folder does not exist.
    static func isHeld(folder: String) -> Bool {
        let descriptor = open(folder + "/lock", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_SH | LOCK_NB) != 0
    }
}
