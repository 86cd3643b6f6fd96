import CKernels

/// Runs a program in memory of its own.
///
/// One executor serves one caller at a time.
public final class Executor {
    /// What the executor runs; shared with other executors.
    public let program: Program
    private let arena: UnsafeMutableRawPointer
    /// Every step of the program.
    private let steps: [sk_step]
    /// What runs.
    let units: RunList
    private let team: OpaquePointer?

    /// - Parameter threads: 2 starts a helper that shares the larger steps; more are not used. Results are the same.
    ///
    /// Precondition: the arena fits into memory (the engine refuses larger plans).
    public init(_ program: Program, threads: Int = 1) {
        self.program = program
        let bytes = program.arenaBytes + ConstantPool.slack
        arena = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
        arena.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
        let arena = arena
        steps = program.records.map { program.resolved($0, in: arena) }
        units = RunList(program, steps, parts: threads > 1 ? 2 : 1)
        team = threads > 1 && units.hasShared ? sk_team_create() : nil
    }

    deinit {
        if let team { sk_team_destroy(team) }
        arena.deallocate()
    }

    /// Runs every step in order, with the helper where there is one; allocates nothing.
    public func run() {
        if let team {
            sk_team_run(team, units.steps, units.shared, Int64(units.count))
        } else {
            sk_run(units.steps, Int64(units.count))
        }
    }

    /// Runs one step; for layer-by-layer timing, after a full run.
    public func run(step index: Int) {
        precondition(steps.indices.contains(index), "run: no step \(index)")
        withUnsafePointer(to: steps[index]) { sk_run($0, 1) }
    }

    /// Where a buffer lies.
    func address(of buffer: Buffer) -> UnsafeMutableRawPointer {
        program.constants[buffer.index] ?? arena + program.offsets[buffer.index]
    }

    /// Lets `body` write the bytes of a buffer.
    func withMutableBytes<Result>(
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
    func withBytes<Result>(of buffer: Buffer, _ body: (RawSpan) throws -> Result) rethrows -> Result {
        // SAFETY: as above; constants live in the program's pool for their full size.
        let start = program.constants[buffer.index] ?? arena + program.offsets[buffer.index]
        let bytes = UnsafeRawBufferPointer(start: start, count: program.sizes[buffer.index])
        return try body(bytes.bytes)
    }
}
