import Foundation

/// Reads files whose size is checked first.
enum FileBytes {
    static func read(_ path: String, limit: Int) throws(ONNXProblem) -> Data {
        let size = try regularSize(path)
        guard size <= limit else { throw .memory(what: "the file", bytes: size, limit: limit) }
        do { return try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
            throw .file("cannot be read")
        }
    }

    /// `length` bytes (or all that follow) from `offset` of a file that lies in `folder` itself or below it.
    static func readExternal(
        _ location: String, folder: String, offset: Int, length: Int?, limit: Int
    ) throws(ONNXProblem) -> Data {
        let root = URL(fileURLWithPath: folder).resolvingSymlinksInPath().standardizedFileURL.path
        let file = URL(fileURLWithPath: location, relativeTo: URL(fileURLWithPath: root, isDirectory: true))
            .standardizedFileURL.resolvingSymlinksInPath().path
        let inside = root == "/" ? "/" : root + "/"
        guard !location.isEmpty, !location.hasPrefix("/"), !location.contains("\0"), file.hasPrefix(inside)
        else {
            throw .file(
                "keeps tensors in '\(location.shortened)', outside the model's folder; move that file beside the model"
            )
        }
        let size: Int
        do { size = try regularSize(file) } catch {
            throw .file("keeps tensors in '\(location.shortened)', which is not in the model's folder")
        }
        guard offset >= 0, offset <= size else {
            throw .file("'\(location.shortened)' ends before byte \(offset), where a tensor should begin")
        }
        let count = length ?? size - offset
        guard count >= 0, count <= size - offset else {
            throw .file(
                "'\(location.shortened)' holds \(size) bytes, fewer than a tensor at byte \(offset) needs")
        }
        guard count <= limit else { throw .memory(what: "external data", bytes: count, limit: limit) }
        guard let handle = FileHandle(forReadingAtPath: file) else {
            throw .file("'\(location.shortened)' cannot be opened")
        }
        defer { try? handle.close() }
        do {
            try handle.seek(toOffset: UInt64(offset))
            let data = try handle.read(upToCount: count) ?? Data()
            if data.count == count { return data }
        } catch { throw .file("'\(location.shortened)' cannot be read") }
        throw .file("'\(location.shortened)' ended while it was read")
    }

    private static func regularSize(_ path: String) throws(ONNXProblem) -> Int {
        guard
            let attributes = try? FileManager.default.attributesOfItem(
                atPath: URL(fileURLWithPath: path).resolvingSymlinksInPath().path)
        else { throw .file("does not exist or cannot be read") }
        guard attributes[.type] as? FileAttributeType == .typeRegular, let size = attributes[.size] as? Int
        else {
            throw .file("is not a regular file")
        }
        return size
    }
}
