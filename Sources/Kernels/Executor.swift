import CKernels

/// Runs a program in memory of its own.
///
/// One executor serves one caller at a time.
public final class Executor {
    public let program: Program
    private let arena: UnsafeMutableRawPointer
    private let steps: UnsafeMutablePointer<sk_step>
    private let count: Int
    /// For each step whether a second thread takes half of it.
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
        steps = UnsafeMutablePointer<sk_step>.allocate(capacity: max(count, 1))
        for (index, record) in program.records.enumerated() {
            (steps + index).initialize(to: program.resolved(record, in: arena))
        }
        shared = UnsafeMutablePointer<Bool>.allocate(capacity: max(count, 1))
        let isShared = program.sharedSteps
        shared.initialize(repeating: false, count: max(count, 1))
        for (index, isShared) in isShared.enumerated() { shared[index] = isShared }
        team = threads > 1 && isShared.contains(true) ? sk_team_create() : nil
    }

    deinit {
        if let team { sk_team_destroy(team) }
        shared.deallocate()
        steps.deallocate()
        arena.deallocate()
    }

    /// Runs every step in order, with the helper where there is one; allocates nothing.
    public func run() {
        if let team { sk_team_run(team, steps, shared, Int64(count)) } else { sk_run(steps, Int64(count)) }
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
    /// For each step whether two threads share it: it is long enough, or prepares what a shared step reads right after, so
    /// that each thread goes on with what it has in its cache.
    fileprivate var sharedSteps: [Bool] {
        let isLong = records.map { kernels.isWorthSharing($0) }
        return records.indices.map { index in
            let next = index + 1
            return isLong[index] || next < records.count && isLong[next] && records[next].a == records[index].y
        }
    }
}

extension KernelSet {
    /// Whether half a step is worth more than handing it over: one that takes a microsecond or more at the set's pace.
    fileprivate func isWorthSharing(_ step: StepRecord) -> Bool { step.work >= elementsPerMicrosecond(step.pace) }

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
