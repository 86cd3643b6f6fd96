import Numerics

extension Score {
    /// The cost that the truth stays below with probability `confidence`; the point value where none is asked
    /// for.
    ///
    /// The interval [p10, p90] is read as that of a log-normal distribution around the median, one side at a
    /// time. A cost without an interval (bytes; a latency that was looked up) is its own bound.
    public func latencyBound(confidence: Double?) -> Double? {
        Score.latencyBound(confidence: confidence, latency: latency, p10: latencyP10, p90: latencyP90)
    }

    /// The same of a latency and its interval.
    static func latencyBound(confidence: Double?, latency: Double?, p10: Double?, p90: Double?) -> Double? {
        guard let confidence, let latency, let p10, let p90, latency > 0, p10 > 0 else { return latency }
        return Normal.bound(confidence, median: latency, p10: p10, p90: p90)
    }
}
