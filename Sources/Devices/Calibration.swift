/// What measurements taught about a profile.
public struct Calibration: Hashable, Sendable {
    /// Fitted under the profile's own policy, which is the most probable of the habits.
    public var latency: TermFit
    /// The probability that the runtime has the profile's own policy; less than 1 where measurements leave other habits open.
    public var weight: Double
    /// The other habits that measurements leave open, the most probable first; predictions average over them.
    public var others: [Habit]
    /// Fitted to measured millijoules, from the profile's power × time.
    public var energy: TermFit?
    /// Kernels timed one by one, which cost what they were timed at; kept where the times are, not in profile files.
    public var kernels: KernelTimes?
    /// Such as a date and the file the measurements came from; free text.
    public var note: String

    /// One way in which the runtime may treat graphs, with the factors that fit it.
    public struct Habit: Hashable, Sendable {
        /// What this runtime does to a graph first.
        public var policy: RuntimePolicy
        /// Its probability given the measurements.
        public var weight: Double
        /// Factors fitted under this policy.
        public var latency: TermFit

        /// A habit with its probability, in [0, 1].
        public init(policy: RuntimePolicy, weight: Double, latency: TermFit) {
            self.policy = policy
            self.weight = weight
            self.latency = latency
        }
    }

    /// A calibration; the profile's own policy is certain unless other habits are given.
    public init(
        latency: TermFit, weight: Double = 1, others: [Habit] = [], energy: TermFit? = nil, note: String
    ) {
        self.latency = latency
        self.weight = weight
        self.others = others
        self.energy = energy
        self.note = note
    }
}
