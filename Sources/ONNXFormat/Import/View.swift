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
