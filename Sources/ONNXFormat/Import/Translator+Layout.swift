import ModelGraph

/// Where elements are moved, and only there.
extension Translator {
    /// N, C, H, W as the file has them, in the graph's order N, H, W, C.
    static let channelsLast = [0, 2, 3, 1]

    /// The file's tensor with its axes permuted by `order`, as a value of the graph.
    ///
    /// Moves elements only where they do not lie so already, once for each tensor and order.
    mutating func lay(_ view: View, _ order: [Int], _ call: Call) throws(ONNXProblem) -> ValueID {
        let key = LayoutKey(view: view, order: order)
        if let id = layouts[key] { return id }
        let target = order.map { view.shape[$0] }
        let id: ValueID
        if view.isPlain {
            id = try move(view.value, view.stored, order.map { view.order[$0] }, to: target, call)
        } else if let axes = view.storedOrder(for: order) {
            id = try move(view.value, view.stored, axes, to: target, call)
        } else {
            let ordered = try move(view.value, view.stored, view.order, to: view.shape, call)
            id = try move(ordered, view.shape, order, to: target, call)
        }
        layouts[key] = id
        return id
    }

    /// Permutes stored axes and reshapes; does neither where the elements already lie so.
    private mutating func move(
        _ id: ValueID, _ stored: [Int], _ permutation: [Int], to target: [Int], _ call: Call
    ) throws(ONNXProblem) -> ValueID {
        let isBatch = permutation.first == 0
        let moving = permutation.filter { stored[$0] != 1 || ($0 == 0 && isBatch) }
        var (id, stored) = (id, stored)
        if !zip(moving, moving.dropFirst()).allSatisfy(<) {
            id = try apply(.transpose(permutation), [id], call, step: movedName(id, permutation))
            stored = permutation.map { stored[$0] }
        }
        guard stored != target else { return id }
        return try apply(
            .reshape(reshapeTarget(from: stored, to: target)), [id], call, step: movedName(id, nil))
    }

    private func movedName(_ id: ValueID, _ permutation: [Int]?) -> String {
        let suffix = permutation.map { $0.map(String.init).joined() } ?? "reshaped"
        // Steps of steps would grow names without end.
        let stem = graph[id].name
        return "\(stem.utf8.count < 200 ? stem : "value \(id.index)")/\(suffix)"
    }

    /// The target of a reshape, with 0 for a first extent that stays, so that it holds for any batch.
    func reshapeTarget(from stored: [Int], to target: [Int]) -> [Int] {
        guard let first = target.first, first == stored.first else { return target }
        return [0] + target.dropFirst()
    }

    /// The same tensor as a view whose axes are axes of the stored value; moves elements only where there is no other way.
    mutating func plain(_ view: View, _ call: Call) throws(ONNXProblem) -> View {
        if view.isPlain { return view }
        if let split = try split(view, call) { return split }
        var plain = View(try lay(view, Array(view.shape.indices), call), view.shape)
        plain.isOffset = view.isOffset
        return plain
    }

    /// A reshape that keeps the stored order: stored axes are split, or neighbours merged.
    private mutating func split(_ view: View, _ call: Call) throws(ONNXProblem) -> View? {
        guard let (stored, order) = view.splitting() else { return nil }
        let id = try move(view.value, view.stored, Array(view.stored.indices), to: stored, call)
        var result = View(id, stored: stored, order: order)
        result.isOffset = view.isOffset
        return result
    }

    /// Images [N, C, H, W] (or signals [N, C, L]) as a value [N, H, W, C]; signals get the height 1.
    mutating func image(_ view: View, _ call: Call) throws(ONNXProblem) -> ValueID {
        try lay(try asImage(view, call), Translator.channelsLast, call)
    }

    func asImage(_ view: View, _ call: Call) throws(ONNXProblem) -> View {
        switch view.rank {
        case 4: return view
        case 3: return view.reshaped([view.shape[0], view.shape[1], 1, view.shape[2]])
        default:
            throw call.unsupported(
                "its input has \(view.rank) axes; only images (4 axes) and signals (3 axes) are supported")
        }
    }

    /// The view of a value [N, H, W, C], as the file's [N, C, H, W] or, for signals, [N, C, L].
    func imageView(_ id: ValueID, rank: Int) -> View {
        let stored = graph[id].type.shape.dimensions
        let view = View(id, stored: stored, order: [0, 3, 1, 2])
        return rank == 3 ? view.reshaped([stored[0], stored[3], stored[2]]) : view
    }
}
