private import Foundation

/// Reads whole files that a user or a database named.
public enum InputFile {
    /// The bytes of a regular file of at most `limit` bytes.
    ///
    /// Folders, pipes and devices are refused: they have no end, or none that comes.
    public static func bytes(
        of path: String, limit: Int = ExpansionLimit.largest
    ) throws(ArchiveError) -> [UInt8] {
        try contents(of: open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), path, limit: limit)
    }

    /// The bytes of a file below a folder; nil where there is none.
    ///
    /// The name never leads out of the folder: absolute names, `..` and links on the way are refused.
    public static func bytes(
        of name: String, below folder: String, limit: Int = ExpansionLimit.largest
    ) throws(ArchiveError) -> [UInt8]? {
        let path = "\(folder)/\(name)"
        guard let parts = parts(of: name) else {
            throw .unreadable(file: path, detail: "its name leads out of the folder")
        }
        var descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        for (index, part) in parts.enumerated() where descriptor >= 0 {
            let kind = index == parts.count - 1 ? O_NONBLOCK : O_DIRECTORY
            let next = openat(descriptor, part, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | kind)
            let reason = errno
            close(descriptor)
            errno = reason
            descriptor = next
        }
        if descriptor < 0 {
            switch errno {
            case ENOENT: return nil
            case ELOOP, ENOTDIR:
                throw .unreadable(file: path, detail: "it is a link, or a part of its path is none")
            default: break
            }
        }
        return try contents(of: descriptor, path, limit: limit)
    }

    /// Whether a name stays below the folder that it is relative to, as long as there are no links.
    public static func staysBelow(_ name: String) -> Bool { parts(of: name) != nil }

    private static func parts(of name: String) -> [String]? {
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let isSafe = parts.allSatisfy { !$0.isEmpty && $0 != "." && $0 != ".." && !$0.utf8.contains(0) }
        return isSafe ? parts : nil
    }

    /// The bytes behind a descriptor, which is closed.
    private static func contents(
        of descriptor: Int32, _ path: String, limit: Int
    ) throws(ArchiveError) -> [UInt8] {
        guard descriptor >= 0 else { throw .unreadable(file: path, detail: systemMessage()) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .unreadable(file: path, detail: systemMessage()) }
        guard status.st_mode & S_IFMT != S_IFDIR else {
            throw .unreadable(file: path, detail: "it is a folder, not a file")
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable(file: path, detail: "it is no regular file")
        }
        guard status.st_size <= limit else {
            throw .unreadable(file: path, detail: "it is larger than \(limit) bytes")
        }
        return try contents(of: descriptor, count: Int(status.st_size), path)
    }

    /// What is there: a file that shrinks meanwhile gives fewer bytes than were counted.
    private static func contents(
        of descriptor: Int32, count: Int, _ path: String
    ) throws(ArchiveError) -> [UInt8] {
        var failure: String?
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
            while filled < count {
                // SAFETY: `filled` is less than `count`, the buffer's capacity, and at most the rest is read.
                let taken = read(descriptor, buffer.baseAddress.map { $0 + filled }, count - filled)
                if taken < 0 && errno == EINTR { continue }
                if taken < 0 { failure = systemMessage() }
                if taken <= 0 { break }
                filled += taken
            }
        }
        if let failure { throw .unreadable(file: path, detail: failure) }
        return bytes
    }

    /// What the system says of its last refusal, in its own words.
    private static func systemMessage() -> String { String(cString: strerror(errno)) }
}
