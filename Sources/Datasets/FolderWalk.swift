import Archives

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Lists folders, and trusts neither links nor names in them.
enum FolderWalk {
    private static let deepest = 16
    private static let mostFiles = 5_000_000

    /// Paths, relative to the folder, of all regular files and of all folders below it, in byte order; hidden ones are left
    /// out.
    static func paths(
        below folder: String
    ) throws(DatasetError) -> (files: [String], folders: [String]) {
        guard let root = realPath(folder) else { throw .file(folder, detail: "is no folder") }
        var (found, folders): ([String], [String]) = ([], [])
        var pending = [(path: "", depth: 0)]
        while let (prefix, depth) = pending.popLast() {
            let here = prefix.isEmpty ? folder : "\(folder)/\(prefix)"
            for name in try names(in: here) where !name.hasPrefix(".") && name != "__MACOSX" {
                let relative = prefix.isEmpty ? name : "\(prefix)/\(name)"
                switch try kind(of: "\(folder)/\(relative)", within: root) {
                case .file: found.append(relative)
                case .folder where depth < deepest:
                    pending.append((relative, depth + 1))
                    folders.append(relative)
                case .folder:
                    throw .file("\(folder)/\(relative)", detail: "lies more than \(deepest) folders deep")
                case .other: break
                }
                guard found.count <= mostFiles else {
                    throw .file(folder, detail: "holds more than \(mostFiles) files")
                }
            }
        }
        func sorted(_ paths: [String]) -> [String] {
            paths.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        }
        return (sorted(found), sorted(folders))
    }

    /// The names in a folder but `.` and `..`, in byte order.
    static func names(in folder: String) throws(DatasetError) -> [String] {
        guard let directory = opendir(folder) else { throw .file(folder, detail: "is no folder") }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            // SAFETY: readdir's entry stays valid until the next call, and its name ends in a NUL byte.
            let bytes = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: UInt8.self, capacity: Int(NAME_MAX) + 1) {
                    Array(UnsafeBufferPointer(start: $0, count: Int(NAME_MAX) + 1).prefix { $0 != 0 })
                }
            }
            guard let name = String(validating: bytes, as: UTF8.self) else {
                throw .file(
                    folder,
                    detail: "holds a file whose name is not UTF-8, '\(bytes.escapedName)'; rename it")
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }

    private enum Kind { case file, folder, other }

    /// What a path leads to; a link must end within `root`.
    private static func kind(of path: String, within root: String) throws(DatasetError) -> Kind {
        var status = stat()
        guard lstat(path, &status) == 0 else { return .other }
        if status.st_mode & S_IFMT == S_IFLNK {
            guard let target = realPath(path) else {
                throw .file(path, detail: "is a link that leads nowhere")
            }
            guard target.hasPrefix(root == "/" ? root : root + "/") else {
                throw .file(path, detail: "is a link that leads out of the folder")
            }
            guard stat(path, &status) == 0 else { return .other }
        }
        return switch status.st_mode & S_IFMT {
        case S_IFREG: .file
        case S_IFDIR: .folder
        default: .other
        }
    }

    private static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(validatingCString: resolved)
    }
}
