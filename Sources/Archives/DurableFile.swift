private import Foundation

/// Writes files that survive a crash: temporary file, fsync, rename, fsync of the folder.
public enum DurableFile {
    /// Replaces the file at `path`, or leaves what was there; makes the folder where there is none.
    public static func write(_ bytes: [UInt8], to path: String) throws(SystemError) {
        try makeFolder(folder(of: path))
        let temporary = "\(path).\(getpid()).\(leftoverSuffix)"
        do throws(SystemError) {
            try writeBytes(bytes, to: temporary)
            try move(temporary, to: path)
        } catch {
            unlink(temporary)
            throw error
        }
    }

    /// Writes several files below a folder: all of them, or none where something stands in the way.
    ///
    /// They are written beside the folder first. A folder that is there keeps its other files.
    public static func write(
        _ files: [(name: String, bytes: [UInt8])], toFolder path: String
    ) throws(SystemError) {
        let path = URL(filePath: path).standardizedFileURL.path(percentEncoded: false).trimmingSuffix("/")
        removeLeftovers(of: path)
        let temporary = "\(path).\(getpid()).\(leftoverSuffix)"
        defer { try? FileManager.default.removeItem(atPath: temporary) }
        for file in files {
            try makeFolder(folder(of: "\(temporary)/\(file.name)"))
            try writeBytes(file.bytes, to: "\(temporary)/\(file.name)")
        }
        for file in files {
            try makeFolder(folder(of: "\(path)/\(file.name)"))
            try move("\(temporary)/\(file.name)", to: "\(path)/\(file.name)")
        }
    }

    /// Gives a whole file its name, in place of what had it; both on disk when this returns.
    public static func move(_ temporary: String, to path: String) throws(SystemError) {
        try sync(temporary, O_RDONLY)
        guard rename(temporary, path) == 0 else { throw SystemError() }
        try sync(folder(of: path), O_RDONLY | O_DIRECTORY)
    }

    /// Makes a folder and those above it that are missing, each on disk when this returns.
    public static func makeFolder(_ path: String) throws(SystemError) {
        guard !isFolder(path) else { return }
        let parent = folder(of: path)
        if parent != path { try makeFolder(parent) }
        // Another process may have made it meanwhile.
        guard mkdir(path, 0o777) == 0 || errno == EEXIST && isFolder(path) else { throw SystemError() }
        try sync(parent, O_RDONLY | O_DIRECTORY)
    }

    /// Removes what writes that were cut off left in a folder and in those below it.
    ///
    /// Files of processes that still run stay.
    public static func removeLeftovers(below folder: String) {
        let names = FileManager.default.enumerator(atPath: folder)
        while let name = names?.nextObject() as? String {
            if isLeftover(name) { unlink("\(folder)/\(name)") }
        }
    }

    /// Removes what writes of one file or folder left beside it.
    private static func removeLeftovers(of path: String) {
        let (parent, own) = (folder(of: path), URL(filePath: path).lastPathComponent)
        for name in (try? FileManager.default.contentsOfDirectory(atPath: parent)) ?? []
        where name.hasPrefix("\(own).") && isLeftover(name) {
            try? FileManager.default.removeItem(atPath: "\(parent)/\(name)")
        }
    }

    /// Whether a name is that of a temporary file whose process is gone.
    private static func isLeftover(_ name: String) -> Bool {
        let parts = name.split(separator: ".").map(String.init)
        guard parts.count > 2, parts[parts.count - 1] == leftoverSuffix,
            let process = pid_t(parts[parts.count - 2])
        else { return false }
        return process == getpid() || kill(process, 0) != 0 && errno == ESRCH
    }

    private static let leftoverSuffix = "tmp"

    private static func folder(of path: String) -> String {
        URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func writeBytes(_ bytes: [UInt8], to path: String) throws(SystemError) {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard file >= 0 else { throw SystemError() }
        defer { close(file) }
        var written = 0
        while written < bytes.count {
            // SAFETY: the offset stays below the count of the array that the closure borrows.
            let count = unsafe bytes.withUnsafeBytes {
                unsafe Foundation.write(file, $0.baseAddress.map { unsafe $0 + written }, $0.count - written)
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw SystemError() }
            written += count
        }
    }

    private static func sync(_ path: String, _ flags: Int32) throws(SystemError) {
        let descriptor = open(path, flags | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError() }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw SystemError() }
    }
}

extension String {
    fileprivate func trimmingSuffix(_ suffix: Character) -> String {
        count > 1 && last == suffix ? String(dropLast()) : self
    }
}

/// What the operating system said to the last call.
public struct SystemError: Error, CustomStringConvertible {
    /// The system's words for the last error.
    public let description: String
    init() { description = String(cString: strerror(errno)) }
}
