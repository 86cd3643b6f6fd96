import Runners

/// Times to be taken by a command, as a user asks for it.
public struct RunnerRequest: Sendable {
    /// Such as `ssh pi@board benchmark_model --graph={model}`; run by `/bin/sh` once a model and repeat.
    public var command: String
    /// How often each model is timed, from 1 to 100.
    public var repeats: Int
    /// A run that takes longer is ended.
    public var secondsAllowed: Int

    /// Times taken by a command.
    public init(command: String, repeats: Int = 3, secondsAllowed: Int = 120) {
        self.command = command
        self.repeats = repeats
        self.secondsAllowed = secondsAllowed
    }

    /// The runner; throws where the request makes no sense.
    func runner() throws -> Runner {
        try KitError.require(repeats, in: 1...100, name: "repeats")
        return try Runner(command, secondsAllowed: secondsAllowed)
    }
}
