import ModelGraph

/// A computed tensor of the file, and how it lies in the graph.
///
/// `value` holds the elements in the graph's own layout (usually NHWC). Permuting its axes by `order` and then reading the result
/// as `shape` gives the tensor that the file means. Transposing and reshaping a view therefore costs nothing: only an
/// operation that needs a certain layout makes the graph move elements (see `Translator.lay`).
struct View: Hashable {
    var value: ValueID
    /// The extents of `value`.
    var stored: [Int]
    /// Axis i of the permuted tensor is axis `order[i]` of `value`.
    var order: [Int]
    /// The file's shape.
    var shape: [Int]
    /// Whether the file's elements are uint8 where the graph holds int8, 128 less.
    var isOffset = false

    init(_ value: ValueID, _ shape: [Int]) {
        self.value = value
        self.shape = shape
        stored = shape
        order = Array(shape.indices)
    }

    init(_ value: ValueID, stored: [Int], order: [Int]) {
        self.value = value
        self.stored = stored
        self.order = order
        shape = order.map { stored[$0] }
    }

    var rank: Int { shape.count }
    var elementCount: Int { shape.reduce(1, *) }
    /// The shape between permuting and reshaping.
    var permuted: [Int] { order.map { stored[$0] } }
    /// Whether the axes of the file are axes of the stored value.
    var isPlain: Bool { permuted == shape }
    /// For each stored axis, the file's axis it is; only for plain views.
    var storedAxes: [Int] {
        var axes = [Int](repeating: 0, count: order.count)
        for (axis, stored) in order.enumerated() { axes[stored] = axis }
        return axes
    }
    /// Whether dimension 0 is the same axis in the file and in the graph, so that it may be a batch.
    var keepsFirst: Bool { order.first == 0 && !shape.isEmpty && stored[0] == shape[0] }

    func reshaped(_ shape: [Int]) -> View {
        var view = self
        view.shape = shape
        return view
    }

    /// The same view of a value of the same stored shape.
    func with(_ value: ValueID) -> View {
        var view = self
        view.value = value
        return view
    }
}

extension View {
    /// The order of stored axes that gives `wantedOrder` of the file's axes after a reshape alone; nil if there is none.
    func storedOrder(for wantedOrder: [Int]) -> [Int]? {
        let pinned = keepsFirst && wantedOrder.first == 0
        let old = order.filter { stored[$0] != 1 && !(pinned && $0 == 0) }
        let new = shape.indices.filter { shape[$0] != 1 && !(pinned && $0 == 0) }
        guard let groups = AxisGroups(old.map { stored[$0] }, new.map { shape[$0] }) else { return nil }
        let wanted = wantedOrder.filter { shape[$0] != 1 && !(pinned && $0 == 0) }
        var result: [Int] = pinned ? [0] : []
        var next = 0
        while next < wanted.count {
            guard let group = groups.pairs.first(where: { new[$0.new.lowerBound] == wanted[next] }) else {
                return nil
            }
            let axes = Array(group.new.map { new[$0] })
            guard Array(wanted[next...].prefix(axes.count)) == axes else { return nil }
            result += group.old.map { old[$0] }
            next += axes.count
        }
        return result + stored.indices.filter { !result.contains($0) }
    }

    /// Extents after a reshape that keeps the stored order, and the order that then makes the view plain.
    ///
    /// Stored axes are split, or neighbours merged. Nil where the file's axes cut across.
    func splitting() -> (stored: [Int], order: [Int])? {
        let pinned = keepsFirst
        let old = order.filter { stored[$0] != 1 && !(pinned && $0 == 0) }
        let new = shape.indices.filter { shape[$0] != 1 && !(pinned && $0 == 0) }
        guard let groups = AxisGroups(old.map { stored[$0] }, new.map { shape[$0] }) else { return nil }
        // Stored axes of 1 may lie between merged neighbours, so neighbours are counted among the others.
        let ranks = old.sorted()
        var pieces: [(place: Int, axes: [Int])] = []
        for group in groups.pairs {
            let places = group.old.compactMap { ranks.firstIndex(of: old[$0]) }
            guard zip(places, places.dropFirst()).allSatisfy({ $0 + 1 == $1 }), let place = places.first
            else { return nil }
            pieces.append((place, group.new.map { new[$0] }))
        }
        let moving = pieces.sorted { $0.place < $1.place }.flatMap(\.axes)
        let fileAxes = (pinned ? [0] : []) + moving
        let all = fileAxes + shape.indices.filter { !fileAxes.contains($0) }
        var order = [Int](repeating: 0, count: all.count)
        for (place, axis) in all.enumerated() { order[axis] = place }
        return (all.map { shape[$0] }, order)
    }
}

/// Axes of two shapes with the same elements, matched into the smallest groups that hold equally many.
struct AxisGroups {
    /// Pairs of positions into the two lists of extents.
    private(set) var pairs: [(old: Range<Int>, new: Range<Int>)] = []

    /// Both lists without extents of 1, with equal products.
    init?(_ old: [Int], _ new: [Int]) {
        var (i, j) = (0, 0)
        while i < old.count || j < new.count {
            let (first, second) = (i, j)
            guard i < old.count, j < new.count else { return nil }
            var (a, b) = (old[i], new[j])
            (i, j) = (i + 1, j + 1)
            while a != b {
                if a < b {
                    guard i < old.count else { return nil }
                    a *= old[i]
                    i += 1
                } else {
                    guard j < new.count else { return nil }
                    b *= new[j]
                    j += 1
                }
            }
            pairs.append((first..<i, second..<j))
        }
    }
}

/// What is known of a name in the file.
enum Known {
    /// Elements that do not depend on the input, in the file's layout.
    case constant(Tensor)
    /// The real numbers that constant integers stand for; the axis of the scales is the file's.
    case dequantized(Tensor, Quantization)
    case computed(View)
}
