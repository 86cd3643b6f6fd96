/// What the folders of a tree say about its files: official part, class, group.
struct ClassFolders {
    /// The files in the order train, validation, test, each in byte order.
    let paths: [String]
    /// How many files belong to train, to train and validation, and to all.
    let ends: [Int]
    /// Of each file the name of its class; empty where no folder tells classes apart.
    let classes: [String]
    /// Of each file the other folders on its way; empty where they are the same for all.
    let groups: [String]

    private enum Part: Int, CaseIterable {
        case train, validation, test

        var names: [String] {
            switch self {
            case .train: ["train", "training"]
            case .validation: ["val", "valid", "validation", "dev"]
            case .test: ["test", "testing"]
            }
        }
    }

    /// Leading folders that all files share are left out.
    ///
    /// `train`, `val` and `test` at the top are official parts. The class is the name of the last folder,
    /// or of the nearest one above it that is not the same for all.
    ///
    /// - Parameter isJoined: the first folder of every file is its part, whatever else stands there.
    init(_ files: [String], isJoined: Bool = false) {
        var folders = files.map { $0.split(separator: "/").dropLast().map(String.init) }
        while let first = folders.first?.first, folders.allSatisfy({ $0.first == first }),
            folders.allSatisfy({ $0.count > 1 })
        {
            folders = folders.map { Array($0.dropFirst()) }
        }
        let parts = ClassFolders.parts(folders, isJoined: isJoined)
        let places = files.indices.sorted {
            ((parts?[$0] ?? .train).rawValue, $0) < ((parts?[$1] ?? .train).rawValue, $1)
        }
        if parts != nil { folders = folders.map { Array($0.dropFirst()) } }
        paths = places.map { files[$0] }
        ends = Part.allCases.map { part in
            places.count { (parts?[$0] ?? .train).rawValue <= part.rawValue }
        }
        let ordered = places.map { folders[$0] }
        let deepest = ordered.map(\.count).max() ?? 0
        let level = (1...max(deepest, 1)).first { level in
            Set(ordered.map { $0.suffix(level).first ?? "" }).count > 1
        }
        guard deepest > 0, let level else {
            (classes, groups) = ([], [])
            return
        }
        classes = ordered.map { $0.suffix(level).first ?? "" }
        let rests = ordered.map { folders in
            let place = folders.count - min(level, folders.count)
            return folders.enumerated().filter { $0.offset != place }.map(\.element).joined(separator: "/")
        }
        groups = Set(rests).count > 1 ? rests : []
    }

    /// The part of each file where the first folders are parts, train among them.
    private static func parts(_ folders: [[String]], isJoined: Bool) -> [Part]? {
        let parts = folders.map { folder in
            Part.allCases.first { $0.names.contains(folder.first?.lowercased() ?? "") }
        }
        if isJoined { return parts.map { $0 ?? .train } }
        guard parts.contains(.train), parts.contains(where: { $0 == .test || $0 == .validation }),
            parts.allSatisfy({ $0 != nil }), folders.allSatisfy({ $0.count > 1 })
        else { return nil }
        return parts.compactMap(\.self)
    }
}
