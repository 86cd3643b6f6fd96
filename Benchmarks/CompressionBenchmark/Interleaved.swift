import Engine

/// Times several plans in turn, so that whatever else the computer does slows all of them alike.
struct Interleaved {
    /// For each plan the median over the rounds of a round's shortest inference, in microseconds.
    let microseconds: [Double]
    /// For each plan the median over the rounds of how often it is as fast as the first.
    let speedups: [Double]

    /// - Parameter copying: whether the copies into and out of the plan's memory count.
    init(_ plans: [Plan], copying: Bool, rounds: Int = 15, secondsARound: Double = 0.002) {
        let runners = plans.map(Runner.init)
        for runner in runners { _ = runner.shortest(seconds: secondsARound, copying: copying) }
        let times = (0..<rounds).map { _ in
            runners.map { $0.shortest(seconds: secondsARound, copying: copying) }
        }
        microseconds = plans.indices.map { plan in times.map { $0[plan] }.median }
        speedups = plans.indices.map { plan in times.map { $0[0] / $0[plan] }.median }
    }
}

/// One worker with an input of its own.
private final class Runner {
    private let worker: Worker
    private let inputs: [[Float]]
    private var output: [Float]
    private let clock = ContinuousClock()

    init(_ plan: Plan) {
        worker = Worker(plan)
        inputs = plan.inputs.map { port in
            (0..<port.elementCount).map { Float(($0 &* 37) % 255) / 127 - 1 }
        }
        output = [Float](repeating: 0, count: plan.outputs[0].elementCount)
    }

    /// The shortest of as many inferences (at least three) as fit, in microseconds.
    func shortest(seconds: Double, copying: Bool) -> Double {
        var shortest = Double.infinity, runs = 0
        let end = clock.now + .seconds(seconds)
        while runs < 3 || clock.now < end {
            var begin = clock.now
            for (port, input) in inputs.enumerated() { worker.setInput(port, floats: input.span) }
            if !copying { begin = clock.now }
            worker.run()
            if copying { worker.copyOutput(0, into: &output) }
            let (seconds, attoseconds) = (clock.now - begin).components
            shortest = min(shortest, Double(seconds) * 1e6 + Double(attoseconds) * 1e-12)
            runs += 1
        }
        return shortest
    }
}

extension [Double] {
    /// The middle value, or the mean of the two in the middle.
    var median: Double {
        let sorted = sorted()
        guard !isEmpty else { return .nan }
        return (sorted[(count - 1) / 2] + sorted[count / 2]) / 2
    }
}
