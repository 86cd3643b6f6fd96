import Numerics

extension Score {
    /// The cost that the truth stays below with probability `confidence`; the point value where none is asked
    /// for.
    ///
    /// The interval [p10, p90] is read as that of a log-normal distribution around the median, one side at a
    /// time. A cost without an interval (bytes; a latency that was looked up) is its own bound.
    public func latencyBound(confidence: Double?) -> Double? {
        guard let confidence, let latency, let latencyP10, let latencyP90, latency > 0, latencyP10 > 0 else {
            return latency
        }
        return Normal.bound(confidence, median: latency, p10: latencyP10, p90: latencyP90)
    }
}
