import Archives
import Quantities

/// A NumPy archive: arrays `x_train`, `y_train`, `x_test`, `y_test` (the latter two the official test part), or `x` and `y`.
///
/// x is samples first: [N, H, W], [N, H, W, C] or [N, features]; y is [N] or [N, 1], whole numbers for classes.
enum NPZLoader {
    static func load(_ path: String, _ options: TabularOptions) throws(DatasetError) -> Dataset {
        let arrays = try arrays(path)
        guard
            let pairs = [
                [("x_train", "y_train"), ("x_test", "y_test")], [("x_train", "y_train")], [("x", "y")],
            ]
            .first(where: { $0.allSatisfy { arrays.has($0.0) && arrays.has($0.1) } })
        else {
            let names = arrays.map(\.name).joined(separator: ", ")
            throw .file(path, detail: "holds \(names); expected x_train, y_train, x_test, y_test or x, y")
        }
        var parts: [(x: NumberArray, y: NumberArray)] = []
        for (x, y) in pairs {
            guard let part = arrays.pair(x, y) else { continue }
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
            name: "npz", sampleShape: shape, storage: try storage(parts.map(\.x), "\(path)/\(pairs[0].0)"),
            target: try target(parts.flatMap(\.y.floats), options.task, "\(path)/\(pairs[0].1)"),
            officialTest: counts.count > 1 ? counts[0]..<counts[0] + counts[1] : nil
        ).checked(file: path)
    }

    private static func arrays(_ path: String) throws(DatasetError) -> [(name: String, array: NumberArray)] {
        let bytes = try SourceFile.read(path)
        do throws(ArchiveError) {
            return try NPZ.parse(bytes, file: path, limit: SourceFile.limit)
        } catch {
            throw DatasetError(error)
        }
    }

    private static func sampleShape(_ shape: [Int]) -> [Int]? {
        switch shape.count {
        case 2: [1, 1, shape[1]]
        case 3: [shape[1], shape[2], 1]
        case 4: Array(shape[1...])
        default: nil
        }
    }

    /// Bytes where all arrays hold them, else float32.
    private static func storage(_ arrays: [NumberArray], _ name: String) throws(DatasetError)
        -> Dataset.Storage
    {
        let bytes = arrays.compactMap { if case .uint8(let values) = $0.elements { values } else { nil } }
        if bytes.count == arrays.count { return .bytes(bytes.flatMap(\.self)) }
        let floats = arrays.flatMap(\.floats)
        if let wrong = floats.firstIndex(where: { !$0.isFinite }) {
            throw .file(name, detail: "value \(wrong) is not finite in float32")
        }
        return .floats(floats)
    }

    private static func target(
        _ numbers: [Float], _ task: LearningTask, _ file: String
    ) throws(DatasetError) -> Dataset.Target {
        if let wrong = numbers.firstIndex(where: { !$0.isFinite }) {
            throw .file(file, detail: "value \(wrong) is not finite in float32")
        }
        if task == .regression { return .values(numbers) }
        guard let wrong = numbers.firstIndex(where: { $0 < 0 || $0 >= 10_000 || $0 != $0.rounded() }) else {
            let classes = Int(numbers.max() ?? 0) + 1
            return .classes(numbers.map { Int32($0) }, names: (0..<classes).map(String.init))
        }
        throw .file(file, detail: "value \(wrong) is \(numbers[wrong]); expected classes from 0 to 9999")
    }
}

extension [(name: String, array: NumberArray)] {
    fileprivate func has(_ name: String) -> Bool { contains { $0.name == name } }

    fileprivate func pair(_ x: String, _ y: String) -> (x: NumberArray, y: NumberArray)? {
        guard let x = first(where: { $0.name == x }), let y = first(where: { $0.name == y }) else {
            return nil
        }
        return (x.array, y.array)
    }
}
