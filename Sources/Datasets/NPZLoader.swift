/// A NumPy archive: arrays `x_train`, `y_train`, `x_test`, `y_test` (the latter two the official test part), or `x` and `y`.
///
/// x is samples first: [N, H, W], [N, H, W, C] or [N, features]; y is [N] or [N, 1], whole numbers for classes.
enum NPZLoader {
    static func load(_ path: String, _ options: TabularOptions) throws(DatasetError) -> Dataset {
        let archive = try ZIPArchive(try SourceFile.read(path), file: path)
        guard
            let pairs = [
                [("x_train", "y_train"), ("x_test", "y_test")], [("x_train", "y_train")], [("x", "y")],
            ]
            .first(where: { $0.allSatisfy { archive.has($0.0) && archive.has($0.1) } })
        else {
            let names = archive.entries.map(\.name).joined(separator: ", ")
            throw .file(path, detail: "holds \(names); expected x_train, y_train, x_test, y_test or x, y")
        }
        var parts: [(x: NPYArray, y: NPYArray)] = []
        for (x, y) in pairs {
            let part = (x: try archive.array(x, path), y: try archive.array(y, path))
            guard let count = part.x.shape.first, part.y.shape == [count] || part.y.shape == [count, 1] else {
                throw .file(
                    "\(path)/\(y)", detail: "has shape \(part.y.shape) for \(x) of shape \(part.x.shape)")
            }
            guard parts.isEmpty || parts[0].x.shape.dropFirst() == part.x.shape.dropFirst() else {
                throw .file("\(path)/\(x)", detail: "has samples of another shape than \(pairs[0].0)")
            }
            parts.append(part)
        }
        let first = parts[0].x.shape
        guard let shape = sampleShape(first), shape.allSatisfy({ $0 > 0 }) else {
            throw .file(
                "\(path)/\(pairs[0].0)",
                detail: "has shape \(first); expected [N, H, W], [N, H, W, C] or [N, features]")
        }
        let counts = parts.map { $0.x.shape[0] }
        return try Dataset(
            name: "npz", sampleShape: shape, storage: joined(parts.map(\.x.values)),
            target: try target(joined(parts.map(\.y.values)), options.task, "\(path)/\(pairs[0].1)"),
            officialTest: counts.count > 1 ? counts[0]..<counts[0] + counts[1] : nil
        ).checked(file: path)
    }

    private static func sampleShape(_ shape: [Int]) -> [Int]? {
        switch shape.count {
        case 2: [1, 1, shape[1]]
        case 3: [shape[1], shape[2], 1]
        case 4: Array(shape[1...])
        default: nil
        }
    }

    private static func joined(_ parts: [Dataset.Storage]) -> Dataset.Storage {
        let bytes = parts.compactMap { if case .bytes(let values) = $0 { values } else { nil } }
        return bytes.count == parts.count ? .bytes(bytes.flatMap(\.self)) : .floats(parts.flatMap(\.floats))
    }

    private static func target(
        _ values: Dataset.Storage, _ task: TabularOptions.Task, _ file: String
    ) throws(DatasetError) -> Dataset.Target {
        let numbers = values.floats
        if task == .regression { return .values(numbers) }
        guard let wrong = numbers.firstIndex(where: { $0 < 0 || $0 >= 10_000 || $0 != $0.rounded() }) else {
            let classes = Int(numbers.max() ?? 0) + 1
            return .classes(numbers.map { Int32($0) }, names: (0..<classes).map(String.init))
        }
        throw .file(file, detail: "value \(wrong) is \(numbers[wrong]); expected classes from 0 to 9999")
    }
}

extension ZIPArchive {
    fileprivate func has(_ name: String) -> Bool { entries.contains { $0.name == "\(name).npy" } }

    fileprivate func array(_ name: String, _ path: String) throws(DatasetError) -> NPYArray {
        guard let entry = entries.first(where: { $0.name == "\(name).npy" }) else {
            throw .file(path, detail: "has no array '\(name)'")
        }
        return try NPYArray(parsing: try content(of: entry), file: "\(path)/\(entry.name)")
    }
}

extension Dataset.Storage {
    /// The values widened to float32.
    fileprivate var floats: [Float] {
        switch self {
        case .bytes(let values): values.map(Float.init)
        case .floats(let values): values
        }
    }
}
