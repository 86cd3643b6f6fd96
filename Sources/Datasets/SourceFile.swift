import Archives
import FoundationEssentials

/// Reads whole files and lists folders.
enum SourceFile {
    /// The bytes of a file, inflated where they are a gzip file.
    static func read(_ path: String) throws(DatasetError) -> [UInt8] {
        let bytes = try readPacked(path)
        guard bytes.starts(with: Gzip.magic) else { return bytes }
        do throws(ArchiveError) {
            return try Gzip.inflate(bytes, file: path, limit: ExpansionLimit.bytes(packed: bytes.count))
        } catch {
            throw DatasetError(error)
        }
    }

    /// The bytes of a file as they are.
    static func readPacked(_ path: String) throws(DatasetError) -> [UInt8] {
        guard exists(path) else { throw .file(path, detail: "is not there or cannot be read") }
        guard !isFolder(path) else { throw .file(path, detail: "is a folder, expected a file") }
        do throws(ArchiveError) {
            return try InputFile.bytes(of: path)
        } catch {
            throw DatasetError(error)
        }
    }

    static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

    static func isFolder(_ path: String) -> Bool {
        var isFolder = false
        return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && isFolder
    }

    /// The names in a folder, in byte order.
    static func names(in folder: String) throws(DatasetError) -> [String] {
        guard isFolder(folder) else { throw .file(folder, detail: "is no folder") }
        return try FolderWalk.names(in: folder)
    }
}
