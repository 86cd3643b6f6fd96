extension [Double] {
    /// The value below which a share of the list lies, interpolated between neighbours; nil where the list is empty.
    ///
    /// Type 7 of Hyndman and Fan 1996, as NumPy has it. Precondition: 0 ≤ share ≤ 1.
    public func quantile(_ share: Double) -> Double? {
        precondition((0...1).contains(share), "quantile: a share of \(share)")
        let sorted = sorted()
        guard let last = sorted.indices.last else { return nil }
        let place = share * Double(last)
        let below = Int(place)
        let above = Swift.min(below + 1, last)
        return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
    }

    /// The middle value, or the mean of the two middle ones; nil where the list is empty.
    public var median: Double? { quantile(0.5) }
}
