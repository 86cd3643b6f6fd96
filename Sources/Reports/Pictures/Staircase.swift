/// The points that raise the quality y as the cost x grows, from the cheapest on.
///
/// They are the corners of the staircase that a front makes in a picture; other members are on it for a third objective's sake.
func staircase<Point>(of points: [Point], at place: (Point) -> (x: Double, y: Double)) -> [Point] {
    var best = -Double.infinity
    let byCost = points.sorted { a, b in
        let (a, b) = (place(a), place(b))
        return (a.x, -a.y) < (b.x, -b.y)
    }
    return byCost.filter { point in
        let y = place(point).y
        defer { best = max(best, y) }
        return y > best
    }
}
