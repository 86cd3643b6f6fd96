/// How long this computer may be timed before a search whose time is limited.
enum HostTimingLimit {
    /// Seconds of a limit for everything; the first networks are timed in any case.
    static func seconds(of limit: Double) -> Double { min(6, limit * 0.07) }
}
