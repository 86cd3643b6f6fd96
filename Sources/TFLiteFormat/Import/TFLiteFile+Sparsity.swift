/// How a sparse constant stores its elements: axes in the order they are traversed, each dense or a list of places.
///
/// The format is that of TACO's level storage: blocks are further axes behind the tensor's own.
struct SparseLayout {
    private enum Level {
        case dense(size: Int)
        /// `segments[i]..<segments[i + 1]` are the entries of parent i; `indices` say where along the axis they stand.
        case sparse(segments: [Int], indices: [Int])
    }

    private let order: [Int]
    private let blockMap: [Int]
    private let levels: [Level]

    init(_ table: FlatTable) throws(TFLiteError) {
        typealias Field = Schema.Sparsity
        order = try table.integers(Field.order, as: Int32.self, "a traversal order")?.map(Int.init) ?? []
        blockMap = try table.integers(Field.blockMap, as: Int32.self, "a block map")?.map(Int.init) ?? []
        levels = try table.tables(Field.levels, "a sparse axis") { (level, _) throws(TFLiteError) in
            let format: UInt8 = try level.integer(Schema.SparseAxis.format)
            guard format != 0 else {
                let size: Int32 = try level.integer(Schema.SparseAxis.size)
                return .dense(size: Int(size))
            }
            return .sparse(
                segments: try Self.numbers(
                    level, type: Schema.SparseAxis.segmentsType, Schema.SparseAxis.segments),
                indices: try Self.numbers(
                    level, type: Schema.SparseAxis.indicesType, Schema.SparseAxis.indices))
        }
        guard order.count == levels.count, order.sorted() == Array(order.indices), order.count <= 16 else {
            throw table.damaged("a sparse tensor's axes are in no order")
        }
    }

    /// A list in one of the three widths of the schema's union.
    private static func numbers(_ table: FlatTable, type: Int, _ field: Int) throws(TFLiteError) -> [Int] {
        let kind: UInt8 = try table.integer(type)
        guard let list = try table.table(field, "a list of a sparse axis") else { return [] }
        let what = "a list of a sparse axis"
        switch kind {
        case 1: return try list.integers(0, as: Int32.self, what)?.map(Int.init) ?? []
        case 2: return try list.integers(0, as: UInt16.self, what)?.map(Int.init) ?? []
        default: return try list.integers(0, as: UInt8.self, what)?.map(Int.init) ?? []
        }
    }

    /// For each stored element, its place in the dense tensor; nil where the layout contradicts itself.
    func places(in shape: [Int]) -> [Int]? {
        let rank = shape.count
        guard order.count == rank + blockMap.count, blockMap.allSatisfy(shape.indices.contains) else {
            return nil
        }
        var blocks = [Int](repeating: 1, count: rank)
        for (level, axis) in order.enumerated() where axis >= rank {
            guard case .dense(let size) = levels[level], size > 0 else { return nil }
            blocks[blockMap[axis - rank]] *= size
        }
        var strides = [Int](repeating: 1, count: rank)
        for axis in stride(from: rank - 2, through: 0, by: -1) {
            strides[axis] = strides[axis + 1] * shape[axis + 1]
        }
        // The distance in the dense tensor of one step along each level.
        let steps = order.map { $0 < rank ? strides[$0] * blocks[$0] : strides[blockMap[$0 - rank]] }
        let count = shape.reduce(1, *)
        var offsets = [0]
        for (level, step) in zip(levels, steps) {
            guard let next = Self.expanded(offsets, level, step: step, limit: count) else { return nil }
            offsets = next
        }
        return offsets.allSatisfy { $0 >= 0 && $0 < count } ? offsets : nil
    }

    private static func expanded(_ offsets: [Int], _ level: Level, step: Int, limit: Int) -> [Int]? {
        switch level {
        case .dense(let size):
            guard size >= 0, offsets.count * size <= limit else { return nil }
            return offsets.flatMap { offset in (0..<size).map { offset + $0 * step } }
        case .sparse(let segments, let indices):
            guard segments.count == offsets.count + 1, segments.first == 0, indices.count <= limit,
                segments.last == indices.count, zip(segments, segments.dropFirst()).allSatisfy(<=)
            else { return nil }
            return offsets.indices.flatMap { parent in
                indices[segments[parent]..<segments[parent + 1]].map { offsets[parent] + $0 * step }
            }
        }
    }
}

extension Importer {
    /// The bytes of a sparse constant with its zeros.
    func denseBytes(of index: Int, elementBytes: Int) throws(TFLiteError) -> [UInt8] {
        let tensor = file.subgraph.tensors[index]
        let label = "tensor '\(name(of: index))'"
        let stored = file.flat.bytes[file.buffers[tensor.buffer]]
        let count = tensor.shape.reduce(1, *)
        try file.flat.budget.spend(count * elementBytes)
        guard let places = tensor.sparsity?.places(in: tensor.shape),
            stored.count == places.count * elementBytes
        else { throw file.flat.damaged("\(label) is stored sparse in a way that contradicts itself") }
        var bytes = [UInt8](repeating: 0, count: count * elementBytes)
        for (entry, place) in places.enumerated() {
            for byte in 0..<elementBytes {
                bytes[place * elementBytes + byte] = stored[stored.startIndex + entry * elementBytes + byte]
            }
        }
        return bytes
    }
}
