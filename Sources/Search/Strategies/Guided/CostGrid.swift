import Foundation

/// Scaled costs cut into boxes by lines on every axis; each box holds the number of a level.
struct CostGrid {
    /// For each axis its lines in ascending order, at least two.
    private let lines: [[Double]]
    /// Row-major, the last axis running fastest.
    private var levels: [Int] = []

    /// A grid without axes has one box of volume 1.
    init(lines: [[Double]]) { self.lines = lines.isEmpty ? [[0, 1]] : lines }

    /// So many boxes at most where there are two axes or more.
    private static let mostBoxes = 1600.0

    /// The lines of one of so many axes: 0, the costs given (evenly thinned where they are too many) and the reference.
    static func lines(_ costs: [Double], axes: Int) -> [Double] {
        let most = axes == 1 ? Int.max : max(2, Int(pow(mostBoxes, 1 / Double(axes))) - 1)
        let inner = costs.filter { $0 > 0 }.sorted().uniqued()
        let kept =
            inner.count <= most ? inner : (0..<most).map { inner[$0 * (inner.count - 1) / (most - 1)] }
        return [0] + kept + [hypervolumeReference]
    }

    /// Gives every box a level.
    mutating func fill(_ level: Int) {
        levels = [Int](repeating: level, count: lines.reduce(1) { $0 * ($1.count - 1) })
    }

    /// Gives a level to the boxes that lie wholly at or above a corner.
    mutating func paint(above corner: [Double], with level: Int) {
        let first = lines.indices.map { axis in
            axis < corner.count ? lines[axis].firstIndex { $0 >= corner[axis] } ?? lines[axis].count : 0
        }
        paint(from: first, axis: 0, row: 0, level)
    }

    private mutating func paint(from first: [Int], axis: Int, row: Int, _ level: Int) {
        let count = lines[axis].count - 1
        for box in min(first[axis], count)..<count {
            let index = row * count + box
            if axis + 1 == lines.count {
                levels[index] = level
            } else {
                paint(from: first, axis: axis + 1, row: index, level)
            }
        }
    }

    /// For each level the volume of what lies above a corner in its boxes.
    func volumes(above corner: [Double], levels count: Int) -> [Double] {
        var volumes = [Double](repeating: 0, count: count)
        guard let last = lines.indices.last else { return volumes }
        var rows = [1.0]
        for axis in 0..<last {
            let extents = extents(axis, corner)
            rows = rows.flatMap { row in extents.map { row * $0 } }
        }
        let inner = extents(last, corner)
        for (row, volume) in rows.enumerated() where volume > 0 {
            for box in inner.indices { volumes[levels[row * inner.count + box]] += volume * inner[box] }
        }
        return volumes
    }

    /// How far each interval of an axis reaches beyond the corner.
    private func extents(_ axis: Int, _ corner: [Double]) -> [Double] {
        let from = axis < corner.count ? corner[axis] : 0
        return (1..<lines[axis].count).map { line in
            max(0, lines[axis][line] - max(lines[axis][line - 1], from))
        }
    }
}
