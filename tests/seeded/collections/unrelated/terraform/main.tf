variable "region" { default = "eu-central-1" }

output "address" {
  value = aws_instance.web.public_ip
}
