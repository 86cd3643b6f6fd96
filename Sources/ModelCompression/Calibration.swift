import Engine
import ModelGraph

/// What calibration saw of the values of a network.
struct CalibrationRecord {
    /// For each value of the graph, its range; nil for constants and where nothing depends on it.
    var ranges: [ClosedRange<Float>?]
    /// For each value of the graph, the mean of each channel (last axis); empty where not wanted.
    var channelMeans: [[Float]]

    func means(of value: ValueID) -> [Float]? {
        channelMeans.indices.contains(value.index) && !channelMeans[value.index].isEmpty
            ? channelMeans[value.index] : nil
    }
}

extension Graph {
    /// Runs the network in float32 on the samples and records ranges and channel means of every value that the conversion to
    /// `precision` asks for.
    ///
    /// Layers that `precision` makes binary round their input to ±1 already, for what is behind them depends on that.
    /// - Throws: `CompressionFailure` where a sample or an activation is not finite, or there are no fitting samples.
    func calibrated(
        on samples: CalibrationSamples, for precision: Assignment<Precision>, by calibrator: Calibrator,
        step: some CustomStringConvertible
    ) throws -> CalibrationRecord {
        guard givenInputs.count == 1 else {
            throw CompressionFailure(step, "calibrates networks with one input, not \(givenInputs.count)")
        }
        let size = self[inputs[givenInputs[0]]].type.shape.elementCount
        guard samples.count > 0, steps(inSampleOf: samples.size) != nil else {
            throw CompressionFailure(
                step, "needs calibration samples of \(size) numbers, got \(samples.count) of \(samples.size)")
        }
        let observed: [ValueID]
        let plan: Plan
        do {
            let (network, counterparts) = try withBinaryLayers(precision)
            let isNeeded = needsRange(for: precision)
            observed = nodes.map(\.output).filter {
                self[$0].type.dataType == .float32 && counterparts[$0.index] != nil && isNeeded[$0.index]
            }
            plan = try Plan(network, observing: observed.compactMap { counterparts[$0.index] })
        } catch {
            throw CompressionFailure(step, "\(error)")
        }
        var observer = Observer(graph: self, observed: observed)
        try observer.watch(plan, samples) { try $0.addExtremes($1, of: $2, step: step) }
        if calibrator != .minMax {
            observer.openHistograms()
            try observer.watch(plan, samples) { $0.addToHistogram($1, of: $2) }
        }
        return observer.record(by: calibrator)
    }
}

/// Statistics of the input and the observed values, over all samples.
private struct Observer {
    let graph: Graph
    /// The network's input, then the observed results.
    let watched: [ValueID]
    private var numbers: [ObservedNumbers]
    private var histograms: [Histogram?]

    init(graph: Graph, observed: [ValueID]) {
        self.graph = graph
        watched = graph.givenInputs.map { graph.inputs[$0] } + observed
        numbers = watched.map { ObservedNumbers(channels: graph[$0].type.shape.dimensions.last ?? 1) }
        histograms = watched.map { _ in nil }
    }

    /// Runs every sample, step by step where the network has states, and hands over each watched value with its place.
    mutating func watch(
        _ plan: Plan, _ samples: CalibrationSamples,
        _ take: (inout Observer, Span<Float>, Int) throws -> Void
    ) throws {
        let worker = Worker(plan)
        let numbers = samples.samples.span
        for start in stride(from: 0, to: numbers.count, by: samples.size) {
            try worker.run(sequence: numbers.extracting(start..<start + samples.size)) { step in
                try take(&self, step, 0)
                for place in 1..<max(watched.count, 1) {
                    try worker.withObserved(place - 1) { try take(&self, $0, place) }
                }
            }
        }
    }

    mutating func addExtremes(_ values: Span<Float>, of place: Int, step: some CustomStringConvertible) throws
    {
        numbers[place].add(values)
        guard numbers[place].isFinite else {
            let name = graph[watched[place]].name
            throw CompressionFailure(
                step,
                place == 0
                    ? "a calibration sample holds a number that is not finite"
                    : "calibration gives '\(name)' a value that is not finite")
        }
    }

    mutating func openHistograms() {
        histograms = numbers.map { $0.range.map(Histogram.init) }
    }

    mutating func addToHistogram(_ values: Span<Float>, of place: Int) {
        histograms[place]?.add(values)
    }

    func record(by calibrator: Calibrator) -> CalibrationRecord {
        var record = CalibrationRecord(
            ranges: [ClosedRange<Float>?](repeating: nil, count: graph.values.count),
            channelMeans: [[Float]](repeating: [], count: graph.values.count))
        for (place, value) in watched.enumerated() {
            record.ranges[value.index] = histograms[place]?.range(by: calibrator) ?? numbers[place].range
            record.channelMeans[value.index] = numbers[place].means
        }
        return record
    }
}
