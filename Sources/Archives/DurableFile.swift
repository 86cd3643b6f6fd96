import Foundation

/// Writes files that survive a crash: temporary file, fsync, rename, fsync of the folder.
public enum DurableFile {
    /// Replaces the file at `path`, or leaves what was there; makes the folder where there is none.
    public static func write(_ bytes: [UInt8], to path: String) throws {
        let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let temporary = "\(path).\(ProcessInfo.processInfo.processIdentifier).tmp"
        do {
            try writeSynced(bytes, to: temporary)
            guard rename(temporary, path) == 0 else { throw SystemError() }
        } catch {
            unlink(temporary)
            throw error
        }
        try syncFolder(folder)
    }

    private static func writeSynced(_ bytes: [UInt8], to path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard file >= 0 else { throw SystemError() }
        defer { close(file) }
        var written = 0
        while written < bytes.count {
            // SAFETY: the offset stays below the count of the array that the closure borrows.
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Foundation.write(file, $0.baseAddress.map { unsafe $0 + written }, $0.count - written)
            }
            guard count > 0 else { throw SystemError() }
            written += count
        }
        guard fsync(file) == 0 else { throw SystemError() }
    }

    private static func syncFolder(_ folder: String) throws {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError() }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SystemError() }
    }
}

/// What the operating system said to the last call.
public struct SystemError: Error, CustomStringConvertible {
    public let description: String
    init() { description = String(cString: strerror(errno)) }
}
