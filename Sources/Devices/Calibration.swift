/// What measurements taught about a profile.
public struct Calibration: Hashable, Sendable {
    public var latency: TermFit
    /// Fitted to measured millijoules, from the profile's power × time.
    public var energy: TermFit?
    /// Kernels timed one by one, which cost what they were timed at; kept where the times are, not in profile files.
    public var kernels: KernelTimes?
    /// Such as a date and the file the measurements came from; free text.
    public var note: String

    public init(latency: TermFit, energy: TermFit? = nil, note: String) {
        self.latency = latency
        self.energy = energy
        self.note = note
    }
}
