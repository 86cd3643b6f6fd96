import Foundation

/// Where every scaled axis ends for the hypervolume.
public let hypervolumeReference = 1.1

/// The share of [0, 1.1]ᵏ that the points dominate: in [0, 1], larger is better.
///
/// Points are scaled objectives (0 = ideal, 1 = nadir), all minimised; a point at or beyond 1.1 on an axis
/// adds nothing.
public func hypervolume(_ points: [[Double]]) -> Double {
    guard let dimensions = points.first?.count, dimensions > 0 else { return 0 }
    let volume = dominatedVolume(
        points, reference: [Double](repeating: hypervolumeReference, count: dimensions))
    return volume / pow(hypervolumeReference, Double(dimensions))
}

/// The volume between the points and the reference: exact, for any number of minimised objectives.
///
/// One and two objectives by a sweep; more by slicing along the last axis (Zitzler 1999, "hypervolume by slicing objectives", with
/// dominated points removed from each slice), where three keep the staircase of a slice for the next one: O(n²).
public func dominatedVolume(_ points: [[Double]], reference: [Double]) -> Double {
    precondition(
        points.allSatisfy { $0.count == reference.count }, "points and reference differ in dimension")
    let inside = points.filter { zip($0, reference).allSatisfy { $0 < $1 } }
    let front = nonDominated(inside).map { inside[$0] }
    switch reference.count {
    case 0: return 0
    case 1: return front.first.map { reference[0] - $0[0] } ?? 0
    case 2: return dominatedArea(front, reference: reference)
    case 3: return volumeOfSlices(front, reference: reference)
    default: return slicedVolume(front, reference: reference)
    }
}

/// The area below a reference point; no point may dominate another.
private func dominatedArea(_ front: [[Double]], reference: [Double]) -> Double {
    var area = 0.0
    var ceiling = reference[1]
    for point in front.sorted(by: { $0[0] < $1[0] }) where point[1] < ceiling {
        area += (reference[0] - point[0]) * (ceiling - point[1])
        ceiling = point[1]
    }
    return area
}

/// Three objectives: the slices along the last axis, from the best on, each a point more than the one before.
private func volumeOfSlices(_ front: [[Double]], reference: [Double]) -> Double {
    let ordered = front.sorted { $0[2] < $1[2] }
    var stairs = Staircase()
    var volume = 0.0
    for (index, point) in ordered.enumerated() {
        stairs.insert(x: point[0], y: point[1])
        let next = index + 1 < ordered.count ? ordered[index + 1][2] : reference[2]
        if next > point[2] { volume += (next - point[2]) * stairs.area(below: reference) }
    }
    return volume
}

/// Points of two objectives that none of them dominates: x grows, y falls.
private struct Staircase {
    private var xs: [Double] = []
    private var ys: [Double] = []

    /// Adds a point, unless one is as good; points that it dominates go.
    mutating func insert(x: Double, y: Double) {
        var place = xs.count
        while place > 0, xs[place - 1] >= x { place -= 1 }
        if place > 0, ys[place - 1] <= y { return }
        if place < xs.count, xs[place] == x, ys[place] <= y { return }
        var end = place
        while end < xs.count, ys[end] >= y { end += 1 }
        xs.replaceSubrange(place..<end, with: [x])
        ys.replaceSubrange(place..<end, with: [y])
    }

    /// The area between the points and the reference.
    func area(below reference: [Double]) -> Double {
        var area = 0.0
        var ceiling = reference[1]
        for index in xs.indices {
            area += (reference[0] - xs[index]) * (ceiling - ys[index])
            ceiling = ys[index]
        }
        return area
    }
}

private func slicedVolume(_ front: [[Double]], reference: [Double]) -> Double {
    let axis = reference.count - 1
    let ordered = front.sorted { $0[axis] < $1[axis] }
    var volume = 0.0
    for (index, point) in ordered.enumerated() {
        let next = index + 1 < ordered.count ? ordered[index + 1][axis] : reference[axis]
        guard next > point[axis] else { continue }
        let slice = ordered[...index].map { Array($0.dropLast()) }
        volume += (next - point[axis]) * dominatedVolume(slice, reference: Array(reference.dropLast()))
    }
    return volume
}
