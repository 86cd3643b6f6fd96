/// Whether `a` is at least as good everywhere and better somewhere (all objectives are minimised).
func dominates(_ a: [Double], _ b: [Double]) -> Bool {
    zip(a, b).allSatisfy(<=) && a != b
}

/// The indices of the points that no other point dominates, in ascending order; equal points stay together.
///
/// Points are taken in lexicographic order, so that one can be dominated by an earlier one only (Zhang, Tian,
/// Cheng, Jin: An Efficient Approach to Nondominated Sorting, IEEE TEVC 2015). 100,000 points take some hundredths of a second.
public func nonDominated(_ points: [[Double]]) -> [Int] {
    guard let dimensions = points.first?.count else { return [] }
    precondition(points.allSatisfy { $0.count == dimensions }, "nonDominated: points differ in dimension")
    return nonDominated(flat: points.flatMap(\.self), dimensions: dimensions)
}

/// The same of points that lie row by row in one block.
func nonDominated(flat: [Double], dimensions: Int) -> [Int] {
    guard dimensions > 0 else { return [] }
    var waiting = WaitingPoints(flat: flat, dimensions: dimensions)
    return waiting.takeFront()
}

/// The indices of points, row by row in one block, in the order of their values; equal points in ascending order.
private func lexicographicOrder(of flat: [Double], dimensions: Int) -> [Int] {
    struct Entry {
        let first: Double
        let index: Int
    }
    let entries = stride(from: 0, to: flat.count, by: dimensions).map { start in
        Entry(first: flat[start], index: start / dimensions)
    }
    return entries.sorted { a, b in
        if a.first != b.first { return a.first < b.first }
        for axis in 1..<max(dimensions, 1) {
            let (left, right) = (flat[a.index * dimensions + axis], flat[b.index * dimensions + axis])
            if left != right { return left < right }
        }
        return a.index < b.index
    }.map(\.index)
}

/// The front of points of three objectives that come in lexicographic order: a sweep along the first objective over the
/// staircase of the other two (Kung, Luccio, Preparata: On Finding the Maxima of a Set of Vectors, JACM 1975).
private struct FrontInSpace {
    private var stairs: [(y: Double, z: Double, index: Int)] = []

    /// Whether an earlier point dominates this one; else it becomes a step.
    ///
    /// `values` hold three numbers a point.
    mutating func dominatesElseTakes(_ index: Int, _ values: [Double]) -> Bool {
        let (y, z) = (values[3 * index + 1], values[3 * index + 2])
        // Of the steps with no larger y, the last one has the smallest z.
        var (place, end) = (0, stairs.count)
        while place < end {
            let middle = (place + end) / 2
            if stairs[middle].y <= y { place = middle + 1 } else { end = middle }
        }
        if place > 0, stairs[place - 1].z <= z {
            // A step is no worse in any objective: it dominates the point unless it is equal.
            let step = stairs[place - 1]
            return !(step.y == y && step.z == z && values[3 * step.index] == values[3 * index])
        }
        let first = place > 0 && stairs[place - 1].y == y ? place - 1 : place
        var last = place
        while last < stairs.count, stairs[last].z >= z { last += 1 }
        stairs.replaceSubrange(first..<last, with: [(y, z, index)])
        return false
    }
}

/// Points in lexicographic order, from which front after front is taken.
private struct WaitingPoints {
    private let dimensions: Int
    /// Row-major, a row a point.
    private let flat: [Double]
    private var order: [Int]

    init(_ points: [[Double]]) {
        let dimensions = points.first?.count ?? 0
        precondition(points.allSatisfy { $0.count == dimensions }, "nonDominated: points differ in dimension")
        self.init(flat: points.flatMap(\.self), dimensions: dimensions)
    }

    init(flat: [Double], dimensions: Int) {
        self.dimensions = dimensions
        self.flat = flat
        order = dimensions > 0 ? lexicographicOrder(of: flat, dimensions: dimensions) : []
    }

    var isEmpty: Bool { order.isEmpty }

    /// Removes the points that no other one dominates, and answers with their indices in ascending order.
    mutating func takeFront() -> [Int] {
        var members = PointList(dimensions: dimensions)
        var stairs = FrontInSpace()
        var front: [Int] = []
        var rest: [Int] = []
        for index in order {
            let isDominated =
                switch dimensions {
                case 2: front.last.map { dominatesInPlane($0, index) } ?? false
                case 3: stairs.dominatesElseTakes(index, flat)
                default: members.dominatesElseTakes(point(index))
                }
            if isDominated { rest.append(index) } else { front.append(index) }
        }
        order = rest
        return front.sorted()
    }

    private func point(_ index: Int) -> [Double] {
        Array(flat[index * dimensions..<(index + 1) * dimensions])
    }

    /// Whether the point added to a front last dominates a later one of two objectives: all before it are worse on the second.
    private func dominatesInPlane(_ last: Int, _ index: Int) -> Bool {
        flat[2 * last + 1] < flat[2 * index + 1]
            || flat[2 * last + 1] == flat[2 * index + 1] && flat[2 * last] != flat[2 * index]
    }
}

/// Points of one dimension in one block of memory, so that many are compared quickly.
struct PointList {
    private let dimensions: Int
    private var values: [Double] = []

    init(dimensions: Int) { self.dimensions = dimensions }

    /// The points, in the order in which they were added.
    var points: [[Double]] {
        stride(from: 0, to: values.count, by: max(dimensions, 1)).map { Array(values[$0..<$0 + dimensions]) }
    }

    mutating func append(_ point: [Double]) { values += point }

    /// Whether one of the points dominates another one; else that is appended.
    mutating func dominatesElseTakes(_ point: [Double]) -> Bool {
        guard !hasOne(dominating: point) else { return true }
        append(point)
        return false
    }

    /// Whether one of the points is at least as good everywhere and better somewhere.
    func hasOne(dominating point: [Double]) -> Bool { hasOne(atLeastAsGoodAs: point, orEqual: false) }

    /// Whether one of the points is at least as good everywhere.
    func hasOne(atLeastAsGoodAs point: [Double]) -> Bool { hasOne(atLeastAsGoodAs: point, orEqual: true) }

    private func hasOne(atLeastAsGoodAs point: [Double], orEqual: Bool) -> Bool {
        var start = 0
        while start < values.count {
            var (isAsGood, isBetter) = (true, orEqual)
            for axis in 0..<dimensions {
                let (own, other) = (values[start + axis], point[axis])
                if !(own <= other) {
                    isAsGood = false
                    break
                }
                if own != other { isBetter = true }
            }
            if isAsGood && isBetter { return true }
            start += dimensions
        }
        return false
    }

    /// Removes the points that another one dominates.
    mutating func removeAll(dominatedBy point: [Double]) {
        values = points.filter { !dominates(point, $0) }.flatMap(\.self)
    }
}

/// Successive non-dominated fronts of the points, until they hold at least `needed` of them.
///
/// Deb, Pratap, Agarwal, Meyarivan: A fast and elitist multiobjective genetic algorithm: NSGA-II, IEEE TEVC
/// 2002.
package func nonDominatedFronts(_ points: [[Double]], until needed: Int = .max) -> [[Int]] {
    var waiting = WaitingPoints(points)
    var fronts: [[Int]] = []
    var placed = 0
    while !waiting.isEmpty, placed < needed {
        let front = waiting.takeFront()
        fronts.append(front)
        placed += front.count
    }
    return fronts
}

/// NSGA-II's crowding distance of each point of one front: the normalised size of the gap around it; infinite
/// at the ends.
func crowdingDistances(_ front: [[Double]]) -> [Double] {
    var distances = [Double](repeating: 0, count: front.count)
    guard let dimensions = front.first?.count else { return distances }
    for axis in 0..<dimensions {
        let order = front.indices.sorted { (front[$0][axis], $0) < (front[$1][axis], $1) }
        guard let first = order.first, let last = order.last else { continue }
        let range = front[last][axis] - front[first][axis]
        distances[first] = .infinity
        distances[last] = .infinity
        guard range > 0 else { continue }
        for position in order.indices.dropFirst().dropLast() {
            distances[order[position]] +=
                (front[order[position + 1]][axis] - front[order[position - 1]][axis]) / range
        }
    }
    return distances
}
