import CKernels

/// Runs a program in memory of its own.
///
/// One executor serves one caller at a time.
public final class Executor {
    public let program: Program
    private let arena: UnsafeMutableRawPointer
    /// Every step of the program.
    private let steps: UnsafeMutablePointer<sk_step>
    /// What runs: steps, and pairs of lists of them.
    private let units: UnsafeMutablePointer<sk_step>
    private let pairs: UnsafeMutablePointer<sk_halves>
    private let count, unitCount: Int
    /// For each unit whether a second thread takes half of it.
    private let shared: UnsafeMutablePointer<Bool>
    private let team: OpaquePointer?

    /// - Parameter threads: 2 starts a helper that shares the larger steps; more are not used. Results are the same.
    ///
    /// Precondition: the arena fits into memory (the engine refuses larger plans).
    public init(_ program: Program, threads: Int = 1) {
        self.program = program
        let bytes = program.arenaBytes + ConstantPool.slack
        arena = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        arena.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        count = program.records.count
        unitCount = program.units.count
        steps = UnsafeMutablePointer<sk_step>.allocate(capacity: max(count, 1))
        for (index, record) in program.records.enumerated() {
            (steps + index).initialize(to: program.resolved(record, in: arena))
        }
        units = UnsafeMutablePointer<sk_step>.allocate(capacity: max(unitCount, 1))
        pairs = UnsafeMutablePointer<sk_halves>.allocate(capacity: max(unitCount, 1))
        for (index, unit) in program.units.enumerated() {
            switch unit {
            case .step(let step): (units + index).initialize(to: steps[step])
            case .halves(let first, let second):
                // SAFETY: both ranges lie within the steps, which live as long as the pair.
                (pairs + index).initialize(
                    to: sk_halves(
                        steps: (
                            UnsafePointer(steps + first.lowerBound), UnsafePointer(steps + second.lowerBound)
                        ),
                        counts: (Int64(first.count), Int64(second.count))))
                (units + index).initialize(
                    to: sk_step(
                        run: sk_run_halves, a: nil, b: nil, y: nil, scratch: nil, params: pairs + index))
            }
        }
        shared = UnsafeMutablePointer<Bool>.allocate(capacity: max(unitCount, 1))
        let isShared = program.sharedUnits
        shared.initialize(repeating: false, count: max(unitCount, 1))
        for (index, isShared) in isShared.enumerated() { shared[index] = isShared }
        team = threads > 1 && isShared.contains(true) ? sk_team_create() : nil
    }

    deinit {
        if let team { sk_team_destroy(team) }
        shared.deallocate()
        pairs.deallocate()
        units.deallocate()
        steps.deallocate()
        arena.deallocate()
    }

    /// Runs every step in order, with the helper where there is one; allocates nothing.
    public func run() {
        if let team {
            sk_team_run(team, units, shared, Int64(unitCount))
        } else {
            sk_run(units, Int64(unitCount))
        }
    }

    /// Runs one step; for layer-by-layer timing, after a full run.
    public func run(step index: Int) {
        precondition(index >= 0 && index < count, "run: no step \(index)")
        sk_run(steps + index, 1)
    }

    /// Where a buffer lies.
    func address(of buffer: Buffer) -> UnsafeMutableRawPointer {
        program.constants[buffer.index] ?? arena + program.offsets[buffer.index]
    }

    /// Lets `body` write the bytes of a buffer.
    public func withMutableBytes<Result>(
        of buffer: Buffer, _ body: (inout MutableRawSpan) throws -> Result
    ) rethrows -> Result {
        precondition(program.constants[buffer.index] == nil, "a constant cannot be written")
        // SAFETY: Program.init checked that the buffer lies inside the arena.
        let bytes = UnsafeMutableRawBufferPointer(
            start: arena + program.offsets[buffer.index], count: program.sizes[buffer.index])
        var span = bytes.mutableBytes
        return try body(&span)
    }

    /// Lets `body` read the bytes of a buffer.
    public func withBytes<Result>(of buffer: Buffer, _ body: (RawSpan) throws -> Result) rethrows -> Result {
        // SAFETY: as above; constants live in the program's pool for their full size.
        let start = program.constants[buffer.index] ?? arena + program.offsets[buffer.index]
        let bytes = UnsafeRawBufferPointer(start: start, count: program.sizes[buffer.index])
        return try body(bytes.bytes)
    }
}

extension Program {
    /// For each unit whether two threads share it: it is two halves, or a step that is long enough or prepares what such a step
    /// reads right after, so that each thread goes on with what it has in its cache.
    fileprivate var sharedUnits: [Bool] {
        let isLong = records.map { kernels.isWorthSharing($0) }
        return units.map { unit in
            switch unit {
            case .halves: return true
            case .step(let index):
                let next = index + 1
                return isLong[index]
                    || next < records.count && isLong[next] && records[next].a == records[index].y
            }
        }
    }
}

extension KernelSet {
    /// Whether half a step is worth more than handing it over: one that takes a microsecond or more at the set's pace.
    fileprivate func isWorthSharing(_ step: StepRecord) -> Bool {
        step.work >= elementsPerMicrosecond(step.pace)
    }

    private func elementsPerMicrosecond(_ pace: Pace) -> Double {
        let set = table.pointee
        return switch pace {
        case .floats: Double(set.f32_pace)
        case .integers: Double(set.s8_pace)
        case .depthwiseFloats: Double(set.depthwise_f32_pace)
        case .depthwiseIntegers: Double(set.depthwise_s8_pace)
        case .moves: Double(set.f32_pace) / 8
        }
    }
}
