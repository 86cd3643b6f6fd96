import Foundation

extension ArrayTests {
    static let packed = [UInt8](
        Data(
            base64Encoded: """
                UEsDBC0AAAAIAAAAIQD0AXDw//////////8FABQAYS5ucHkBABAAoAMAAAAAAAD/AAAAAAAAAJ3MaTNCYQDF8VtIJEt2FY/1\
                KS5u1qSULUuLipAtV12TGSNzr/HG9Cl8YZn5+wLOm9+c8+J8Z4uZXMmmfCpfsmpYFVNGhIy+hKUq5HPd/DD1t3LdrBq/e1J/\
                tYzmbtX0d6PZAyFNU4OqaIh/p1MhNrRjC7ZiGzqwHZ3YgX+HLuxCN3ZjD/ZiH3qwHwdwEIdwGEdwFMfQiz704zhOoMBJnMJp\
                nMFZnEOJAQziPC6giou4hMuoYQhXcBXXcB03cBPDuIUR3MYoxnAH45jAXdzDfTzAQ0ziER7jCZ5iCtOYwSyeYQ7zWMBzvMAi\
                XuIVXmMJb/AW7/AeH7CMj6jjE1bwB1BLAQItAy0AAAAIAAAAIQD0AXDw/wAAAKADAAAFAAAAAAAAAAAAAACAAQAAAABhLm5w\
                eVBLBQYAAAAAAQABADMAAAA2AQAAAAA=
                """) ?? Data())
}
