import Quantities

/// One unit for all numbers of a column, chosen so that the one in the middle reads well.
struct ColumnUnit {
    /// Such as `ms` or `KiB`; empty for plain counts.
    let name: String
    private let factor: Double

    private init(_ name: String, _ factor: Double) {
        self.name = name
        self.factor = factor
    }

    /// For latencies in milliseconds.
    static func time(_ milliseconds: [Double?]) -> ColumnUnit {
        switch middle(milliseconds) {
        case ..<0.1: ColumnUnit("µs", 1000)
        case ..<10_000: ColumnUnit("ms", 1)
        default: ColumnUnit("s", 0.001)
        }
    }

    /// For energies in millijoules.
    static func energy(_ millijoules: [Double?]) -> ColumnUnit {
        switch middle(millijoules) {
        case ..<0.1: ColumnUnit("µJ", 1000)
        case ..<10_000: ColumnUnit("mJ", 1)
        default: ColumnUnit("J", 0.001)
        }
    }

    /// For sizes in bytes.
    static func size(_ bytes: [Int?]) -> ColumnUnit {
        switch middle(bytes.map { $0.map(Double.init) }) {
        case ..<1024: ColumnUnit("B", 1)
        case ..<1_048_576: ColumnUnit("KiB", 1 / 1024)
        default: ColumnUnit("MiB", 1 / 1_048_576)
        }
    }

    /// For counts.
    static func count(_ counts: [Int?]) -> ColumnUnit {
        switch middle(counts.map { $0.map(Double.init) }) {
        case ..<10_000: ColumnUnit("", 1)
        case ..<1e6: ColumnUnit("k", 1e-3)
        default: ColumnUnit("M", 1e-6)
        }
    }

    /// The median of what is known; 1 where nothing is.
    private static func middle(_ values: [Double?]) -> Double {
        let known = values.compactMap(\.self).filter(\.isFinite).sorted()
        return known.isEmpty ? 1 : known[known.count / 2]
    }

    /// A title with the unit behind it.
    func title(_ text: String) -> String { name.isEmpty ? text : "\(text) \(name)" }

    /// Three significant digits.
    func text(_ value: Double?) -> String { Human.number(value.map { $0 * factor }) }

    /// Three significant digits.
    func text(_ value: Int?) -> String { text(value.map(Double.init)) }
}
