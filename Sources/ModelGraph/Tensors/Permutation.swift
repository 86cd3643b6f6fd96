/// Another order of axes: axis i of the result is axis `axes[i]` of the input.
struct Permutation: Hashable {
    let axes: [Int]

    init(_ axes: [Int]) { self.axes = axes }

    /// What undoes it.
    var inverse: Permutation {
        var inverse = axes
        for (place, axis) in axes.enumerated() { inverse[axis] = place }
        return Permutation(inverse)
    }

    /// This one and then another, as one.
    func followed(by next: Permutation) -> Permutation { Permutation(next.axes.map { axes[$0] }) }

    /// What is known of each axis, in the new order.
    func callAsFunction<Element>(_ perAxis: [Element]) -> [Element] { axes.map { perAxis[$0] } }

    func callAsFunction(_ shape: Shape) -> Shape { Shape(self(shape.dimensions)) }

    /// Whether elements change places in memory; axes of extent 1 have no part in that.
    func moves(_ shape: Shape) -> Bool {
        let moving = axes.filter { shape[$0] != 1 }
        return !zip(moving, moving.dropFirst()).allSatisfy(<)
    }
}
