/// Places blocks with known lifetimes in one memory, each at the lowest offset free for its whole life.
struct LifetimeLayout {
    private var blocks: [(begin: Int, end: Int, offset: Int, count: Int)] = []
    private(set) var size = 0

    /// The offset of `count` elements that live from time `begin` through time `end`.
    mutating func place(_ count: Int, from begin: Int, through end: Int) -> Int {
        var offset = 0
        for block in blocks.sorted(by: { $0.offset < $1.offset })
        where block.begin <= end && begin <= block.end {
            if offset + count <= block.offset { break }
            offset = max(offset, block.offset + block.count)
        }
        blocks.append((begin, end, offset, count))
        size = max(size, offset + count)
        return offset
    }
}
