public import Quantities

/// One candidate on one device as numbers alone: what fronts and selections are computed from.
///
/// It owns no memory, so that 100,000 of them take 13 MB and are compared in some hundredths of a second.
public struct Outline: Hashable, Sendable {
    /// Where the whole candidate is found; what the number means is up to the maker of the outline.
    public let place: Int64
    /// Whether the device can have the candidate.
    public private(set) var status: Status
    /// Whether it is one of the job's finalists, which are trained to the end.
    public let isFinalist: Bool
    /// Whether a strategy proposed it.
    public let isProposed: Bool
    /// Wall-clock time that the evaluation took.
    public let seconds: Double
    /// The first sixteen bytes of the id; they order outlines that tie in everything else.
    private let idStart, idRest: UInt64
    // Not a number where a value is unknown.
    private let accuracy, accuracyError: Double
    private let latency, latencyP10, latencyP90, energy, peakRAM, flash, modelSize, macs, parameters: Double

    /// Numbers of a candidate; one without a quality could not be evaluated.
    public init(
        place: Int64, id: String, quality: Quality?, score: Score, macs: Int?, parameters: Int?,
        seconds: Double = 0, isProposed: Bool = true, isFinalist: Bool = false
    ) {
        self.place = place
        self.seconds = seconds
        self.isProposed = isProposed
        self.isFinalist = isFinalist
        status = score.status
        (idStart, idRest) = id.beginning
        accuracy = quality?.accuracy ?? .nan
        accuracyError = quality?.standardError ?? .nan
        latency = score.latency ?? .nan
        latencyP10 = score.latencyP10 ?? .nan
        latencyP90 = score.latencyP90 ?? .nan
        energy = score.energy ?? .nan
        peakRAM = score.peakRAM.map(Double.init) ?? .nan
        flash = score.flash.map(Double.init) ?? .nan
        modelSize = score.modelSize.map(Double.init) ?? .nan
        self.macs = macs.map(Double.init) ?? .nan
        self.parameters = parameters.map(Double.init) ?? .nan
    }

    /// Whether the device runs it within the job's constraints.
    public var isFeasible: Bool { status == .ok }

    /// Whether it has a quality.
    public var isEvaluated: Bool { !accuracy.isNaN }

    /// Sampling error of the quality; nil where unknown.
    public var standardError: Double? { accuracyError.known }

    /// In the metric's unit; nil where unknown.
    public func value(of metric: Metric) -> Double? {
        switch metric {
        case .accuracy: accuracy.known
        case .latency: latency.known
        case .energy: energy.known
        case .peakRAM: peakRAM.known
        case .flash: flash.known
        case .modelSize: modelSize.known
        case .macs: macs.known
        case .parameters: parameters.known
        }
    }

    /// The latency that the truth stays below with this probability; the latency itself where none is asked for.
    func latencyBound(confidence: Double?) -> Double? {
        Score.latencyBound(
            confidence: confidence, latency: latency.known, p10: latencyP10.known, p90: latencyP90.known)
    }

    /// Whether its id comes first, by the bytes that it knows of it.
    public func precedesByID(_ other: Outline) -> Bool {
        (idStart, idRest) < (other.idStart, other.idRest)
    }

    /// Whether this may be the candidate of an id: the bytes that it knows of it are the same.
    public func mayBe(_ id: String) -> Bool { (idStart, idRest) == id.beginning }

    /// The outline judged anew by a job's limits; what keeps its device from having the candidate at all stays.
    ///
    /// - Parameter limits: those that apply to the device.
    public func judgedAnew(by limits: [Constraint]) -> Outline {
        guard status == .ok || status == .constraint else { return self }
        var result = self
        if !isEvaluated {
            result.status = .failed
        } else {
            result.status = limits.contains { $0.isBroken(by: self) } ? .constraint : .ok
        }
        return result
    }
}

extension ScoredCandidate {
    /// The candidate's numbers, under a place of the caller's.
    public func outline(place: Int) -> Outline {
        Outline(
            place: Int64(place), id: id, quality: evaluation.quality, score: score, macs: evaluation.macs,
            parameters: evaluation.parameters, seconds: evaluation.seconds,
            isProposed: evaluation.proposal != nil, isFinalist: isFinalist)
    }
}

extension Target {
    /// The indices of the feasible outlines that no other feasible one dominates here, in ascending order.
    ///
    /// Give outlines of this device and of one fidelity: fronts never mix them.
    public func frontIndices(of outlines: [Outline]) -> [Int] {
        frontIndices(of: outlines, among: outlines.indices.filter { outlines[$0].isFeasible })
    }

    /// The same among some of them.
    func frontIndices(of outlines: [Outline], among wanted: [Int]) -> [Int] {
        var points: [Double] = [], known: [Int] = []
        points.reserveCapacity(wanted.count * objectives.count)
        known.reserveCapacity(wanted.count)
        for index in wanted where appendObjectives(of: outlines[index], to: &points) { known.append(index) }
        return nonDominated(flat: points, dimensions: objectives.count).map { known[$0] }
    }

    /// The hypervolume of these outlines, of which all are feasible, in [0, 1].
    public func hypervolume(ofFeasible outlines: some Sequence<Outline>) -> Double {
        Search.hypervolume(
            outlines.compactMap { outline in
                var point: [Double] = []
                return appendObjectives(of: outline, to: &point) ? scaled(point) : nil
            })
    }

    /// The minimised objectives, unscaled; nil where one of them is unknown.
    public func objectives(of outline: Outline) -> [Double]? {
        var point: [Double] = []
        return appendObjectives(of: outline, to: &point) ? point : nil
    }

    /// Appends the minimised objectives, and says whether all are known; appends nothing where one is not.
    private func appendObjectives(of outline: Outline, to points: inout [Double]) -> Bool {
        let count = points.count
        for objective in objectives {
            guard let value = outline.value(of: objective.metric) else {
                points.removeLast(points.count - count)
                return false
            }
            points.append(objective.metric.minimised(value))
        }
        return true
    }
}

extension Double {
    /// nil where it is not a number.
    fileprivate var known: Double? { isNaN ? nil : self }
}

extension String {
    /// The first sixteen bytes, as numbers in the order of texts; zeros behind a shorter text.
    fileprivate var beginning: (UInt64, UInt64) {
        var (start, rest): (UInt64, UInt64) = (0, 0)
        var count = 0
        for byte in utf8 {
            if count == 16 { break }
            if count < 8 { start = start << 8 | UInt64(byte) } else { rest = rest << 8 | UInt64(byte) }
            count += 1
        }
        return (start << UInt64(8 * max(8 - count, 0)), rest << UInt64(8 * min(16 - count, 8)))
    }
}
