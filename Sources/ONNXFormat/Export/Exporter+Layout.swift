import Foundation
import ModelGraph

extension Exporter {
    /// N, H, W, C as the graph has them, in the file's order N, C, H, W.
    static let channelsFirst = [0, 3, 1, 2]

    /// The graph's value with its axes permuted by `order`, as a tensor of the file; elements are moved at most once.
    mutating func lay(_ view: View, _ order: [Int], stem: String) throws(ONNXProblem) -> ValueID {
        let key = Translator.LayoutKey(view: view, order: order)
        if let id = layouts[key] { return id }
        let target = order.map { view.shape[$0] }
        let id: ValueID
        if view.isPlain {
            id = move(view.value, view.stored, order.map { view.order[$0] }, to: target)
        } else if let axes = view.storedOrder(for: order) {
            id = move(view.value, view.stored, axes, to: target)
        } else {
            id = move(
                move(view.value, view.stored, view.order, to: view.shape), view.shape, order, to: target)
        }
        layouts[key] = id
        return id
    }

    private mutating func move(_ id: ValueID, _ stored: [Int], _ permutation: [Int], to target: [Int])
        -> ValueID
    {
        let isBatch = permutation.first == 0
        let moving = permutation.filter { stored[$0] != 1 || ($0 == 0 && isBatch) }
        var (id, stored) = (id, stored)
        if !zip(moving, moving.dropFirst()).allSatisfy(<) {
            let name = names.fresh("\(tensorNames[id.index])//\(permutation.map(String.init).joined())")
            id = emit("Transpose", [id], name: name, attributes: [.init("perm", permutation)])
            stored = permutation.map { stored[$0] }
        }
        guard stored != target else { return id }
        let kept = target.first == stored.first && !target.isEmpty ? [0] + target.dropFirst() : target
        let name = names.fresh("\(tensorNames[id.index])//reshaped")
        let shape = constant("\(name)//shape", Tensor([kept.count], .int64(kept.map(Int64.init))))
        return emit("Reshape", [id, shape], name: name)
    }

    /// The same value as a view whose axes are axes of the file's tensor.
    mutating func plain(_ view: View, stem: String) throws(ONNXProblem) -> View {
        if view.isPlain { return view }
        var result: View
        if let (stored, order) = view.splitting() {
            result = View(
                move(view.value, view.stored, Array(view.stored.indices), to: stored), stored: stored,
                order: order)
        } else {
            result = View(try lay(view, Array(view.shape.indices), stem: stem), view.shape)
        }
        result.isOffset = view.isOffset
        return result
    }

    /// An image of the graph as the file's N, C, H, W.
    mutating func image(_ view: View, stem: String) throws(ONNXProblem) -> ValueID {
        try lay(view, Exporter.channelsFirst, stem: stem)
    }

    /// The file's tensor N, C, H, W as the graph's N, H, W, C.
    func imageView(_ id: ValueID, of value: ValueID) -> View {
        let shape = graph[value].type.shape.dimensions
        return View(id, stored: Exporter.channelsFirst.map { shape[$0] }, order: Translator.channelsLast)
    }

    /// A tensor whose axis i is the graph's axis `order[i]`.
    func view(_ id: ValueID, of value: ValueID, like order: [Int]) -> View {
        let shape = graph[value].type.shape.dimensions
        var places = [Int](repeating: 0, count: order.count)
        for (place, axis) in order.enumerated() { places[axis] = place }
        return View(id, stored: order.map { shape[$0] }, order: places)
    }
}

extension ProtoAttribute {
    init(_ name: String, _ value: Int) {
        self.init()
        (self.name, i, type) = (name, Int64(value), 2)
    }

    init(_ name: String, _ value: Float) {
        self.init()
        (self.name, f, type) = (name, value, 1)
    }

    init(_ name: String, _ values: [Int]) {
        self.init()
        (self.name, ints, type) = (name, values.map(Int64.init), 7)
    }

    init(_ name: String, _ tensor: ProtoTensor) {
        self.init()
        (self.name, t, type) = (name, tensor, 4)
    }

    init(_ name: String, texts: [String]) {
        self.init()
        (self.name, type) = (name, 8)
        strings = texts.map { .init($0.utf8) }
    }
    init(_ name: String, _ text: String) {
        self.init()
        (self.name, s, type) = (name, .init(text.utf8), 3)
    }
}

extension ProtoTensor {
    /// A stored tensor with little-endian bytes.
    init(_ name: String, _ tensor: Tensor) {
        self.init()
        self.name = name
        dims = tensor.shape.dimensions.map(Int64.init)
        dataType = ElementType(tensor.dataType)?.rawValue ?? 0
        rawData = .init(tensor.storage.littleEndian(count: tensor.shape.elementCount))
    }
}

extension Tensor.Storage {
    fileprivate func littleEndian(count: Int) -> [UInt8] {
        func bytes<T: FixedWidthInteger>(_ values: [T]) -> [UInt8] {
            var result: [UInt8] = []
            result.reserveCapacity(values.count * MemoryLayout<T>.size)
            for value in values { withUnsafeBytes(of: value.littleEndian) { result.append(contentsOf: $0) } }
            return result
        }
        switch self {
        case .float32(let values): return bytes(values.map(\.bitPattern))
        case .float16(let values): return bytes(values.map(\.bitPattern))
        case .bfloat16(let values): return bytes(values)
        case .int8(let values): return bytes(values)
        case .uint8(let values), .binary(let values): return values
        case .int16(let values): return bytes(values)
        case .int32(let values): return bytes(values)
        case .int64(let values): return bytes(values)
        case .bool(let values): return values.map { $0 ? 1 : 0 }
        case .repeated(let value, let type):
            return Tensor.Storage([Double](repeating: value, count: count), as: type).littleEndian(
                count: count)
        case .unknown: return []
        }
    }
}
