/// Which rows each layer of a chain computes for each strip of the last layer's rows.
struct StripSchedule {
    /// What one layer does for one strip; rows are those of the whole images.
    struct Rows: Equatable {
        /// The rows of its result that are still missing.
        var outputs: Range<Int>
        /// The row that its input's buffer begins with, and that its result's buffer begins with; may lie above the image.
        var source, target: Int
        /// What is still needed of its result, as rows of the buffer, and the row of the buffer it is moved to first.
        var kept: Range<Int>?
        var keptAt = 0
    }

    let layers: [RowGeometry]
    /// The rows of the last layer's result that are computed.
    let rows: Range<Int>
    let rowsPerStrip: Int
    /// The most rows that each result but the last holds at a time.
    private(set) var capacities: [Int]
    /// For each layer, the row after the last one computed, and the first one in its buffer.
    private var computed, begins: [Int]
    /// Whether rows to keep never overlap the place they are moved to.
    private var isMovable = true

    init(_ layers: [RowGeometry], rows: Range<Int>, rowsPerStrip: Int) {
        self.layers = layers
        self.rows = rows
        self.rowsPerStrip = rowsPerStrip
        capacities = [Int](repeating: 0, count: max(layers.count - 1, 0))
        computed = [Int](repeating: 0, count: layers.count)
        begins = computed
        if let last = computed.indices.last { computed[last] = rows.lowerBound }
    }

    /// The highest strips of some rows whose inner results take at most `bytes` together; nil where none do.
    static func fitting(_ layers: [RowGeometry], rows: Range<Int>, bytes: Int) -> StripSchedule? {
        for strips in stride(from: 1, through: rows.count, by: 1) {
            let schedule = StripSchedule(
                layers, rows: rows, rowsPerStrip: (rows.count + strips - 1) / strips)
            var trial = schedule
            while trial.next() != nil {}
            let total = zip(trial.capacities, layers).reduce(0) { $0 + $1.0 * $1.1.outputRowBytes }
            if trial.isMovable, total <= bytes { return schedule }
        }
        return nil
    }

    /// What every layer does for the next strip; nil after the last.
    mutating func next() -> [Rows]? {
        let final = layers.count - 1, begin = computed[final]
        guard begin < rows.upperBound else { return nil }
        var wanted = begin..<min(begin + rowsPerStrip, rows.upperBound)
        var strip = layers.map { _ in Rows(outputs: 0..<0, source: 0, target: 0) }
        for level in layers.indices.reversed() {
            strip[level].outputs = wanted
            strip[level].target = level == final ? 0 : begins[level]
            computed[level] = max(computed[level], wanted.upperBound)
            guard level > 0, !wanted.isEmpty else { break }
            let first = layers[level].firstInput(for: wanted.lowerBound)
            wanted = keep(layers[level].inputs(for: wanted), from: first, of: level - 1, in: &strip)
            strip[level].source = begins[level - 1]
        }
        return strip
    }

    /// Makes room for the rows that the next layer needs of a result, in a buffer that begins with row `first` (above the
    /// image for the first strip, so that all strips are alike); returns those that are missing.
    private mutating func keep(
        _ needed: Range<Int>, from first: Int, of level: Int, in strip: inout [Rows]
    ) -> Range<Int> {
        let known = max(computed[level], needed.lowerBound)
        if known > needed.lowerBound, first > begins[level] {
            let kept = needed.lowerBound - begins[level]..<known - begins[level]
            isMovable = isMovable && kept.count <= first - begins[level]
            strip[level].kept = kept
            strip[level].keptAt = needed.lowerBound - first
        }
        begins[level] = first
        capacities[level] = max(capacities[level], needed.upperBound - first)
        return known..<max(known, needed.upperBound)
    }
}
